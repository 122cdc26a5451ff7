internal import Linux

/// A frame of a stack in a recording.
public struct JFRFrame {
  /// With dots: `java.lang.Thread`.
  public let className: String
  public let method: String
  /// As the class file has it: `(Ljava/lang/String;I)V`.
  public let descriptor: String
  /// Negative where it is not known.
  public let line: Int
  /// Of the virtual machine's own making, such as those of lambdas.
  public let isHidden: Bool

  /// `java.lang.Thread.run`.
  public var name: String { className.isEmpty ? method : className + "." + method }

  /// `java.lang.String.charAt(int)`.
  public var signature: String { name + "(" + parameters + ")" }

  /// The parameters' types without packages: `String, int[]`.
  public var parameters: String {
    var names: [String] = []
    var rest = Array(descriptor.utf8.drop { $0 != UInt8(ascii: "(") }.dropFirst())[...]
    while let first = rest.first, first != UInt8(ascii: ")") {
      var depth = 0
      while rest.first == UInt8(ascii: "[") {
        depth += 1
        rest.removeFirst()
      }
      guard let letter = rest.popFirst() else { break }
      var name = Self.primitive(letter)
      if letter == UInt8(ascii: "L") {
        let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
        let path = String(bytes: rest[..<end])
        rest = rest[min(end + 1, rest.endIndex)...]
        name = baseName(path)
      }
      names.append(name + String(repeating: "[]", count: depth))
    }
    return names.joined(separator: ", ")
  }

  static func primitive(_ letter: UInt8) -> String {
    switch letter {
    case UInt8(ascii: "B"): "byte"
    case UInt8(ascii: "C"): "char"
    case UInt8(ascii: "D"): "double"
    case UInt8(ascii: "F"): "float"
    case UInt8(ascii: "I"): "int"
    case UInt8(ascii: "J"): "long"
    case UInt8(ascii: "S"): "short"
    case UInt8(ascii: "Z"): "boolean"
    default: String(Unicode.Scalar(letter))
    }
  }

  /// - Parameter frame: a value of type jdk.types.StackFrame.
  public init?(_ frame: JFRValue) {
    guard let method = frame.member("method") else { return nil }
    self.init(method: method, line: Int(frame.member("lineNumber")?.integer ?? -1))
  }

  /// - Parameter method: a value of type jdk.types.Method.
  public init?(method: JFRValue, line: Int = -1) {
    className = Self.dotted(method.member("type")?.member("name")?.text ?? "")
    self.method = method.member("name")?.text ?? ""
    descriptor = method.member("descriptor")?.text ?? ""
    if case .flag(true)? = method.member("hidden") { isHidden = true } else { isHidden = false }
    self.line = line
    if className.isEmpty, self.method.isEmpty { return nil }
  }

  /// The frames of a jdk.types.StackTrace, the top first, and whether there were more.
  public static func frames(_ stack: JFRValue) -> (frames: [JFRFrame], isCut: Bool)? {
    guard let member = stack.member("frames"), case .list(let items) = member else { return nil }
    var isCut = false
    if case .flag(let cut)? = stack.member("truncated") { isCut = cut }
    return (items.compactMap { JFRFrame($0) }, isCut)
  }

  /// `java/lang/Thread` with dots.
  public static func dotted(_ name: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars { scalars.append(scalar == "/" ? "." : scalar) }
    return String(scalars)
  }

  /// `java.lang.String[]` of a class's internal name, which arrays write as `[Ljava/lang/String;`.
  public static func typeName(_ internalName: String) -> String {
    var rest = Array(internalName.utf8)[...]
    var depth = 0
    while rest.first == UInt8(ascii: "[") {
      depth += 1
      rest.removeFirst()
    }
    if depth == 0 { return dotted(internalName) }
    guard let letter = rest.popFirst() else { return internalName }
    let name =
      letter == UInt8(ascii: "L")
      ? dotted(String(bytes: rest.last == UInt8(ascii: ";") ? rest.dropLast() : rest))
      : primitive(letter)
    return name + String(repeating: "[]", count: depth)
  }
}
