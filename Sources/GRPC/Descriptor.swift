internal import Linux

/// What a .proto file defines, as far as it is shown: descriptor.proto.
public struct FileDescriptor: Sendable {
  public private(set) var name = ""
  public private(set) var package = ""
  public private(set) var isProto3 = false
  public private(set) var dependencies: [String] = []
  public private(set) var messages: [MessageDescriptor] = []
  public private(set) var enums: [EnumDescriptor] = []
  public private(set) var services: [ServiceDescriptor] = []

  /// Messages within messages, and no deeper.
  static let deepest = 32

  public init(_ bytes: [UInt8]) throws(ProtobufReader.Problem) {
    var reader = ProtobufReader(bytes[...])
    while let (number, value) = try reader.next() {
      guard case .bytes(let body) = value else { continue }
      switch number {
      case 1: name = String(bytes: body)
      case 2: package = String(bytes: body)
      case 3: dependencies.append(String(bytes: body))
      case 4: messages.append(try MessageDescriptor(body, depth: 0))
      case 5: enums.append(try EnumDescriptor(body))
      case 6: services.append(try ServiceDescriptor(body))
      case 12: isProto3 = body.elementsEqual("proto3".utf8)
      default: break
      }
    }
  }

  /// What a full name stands for.
  public enum Symbol: Sendable {
    case service(ServiceDescriptor)
    case method(MethodDescriptor)
    case message(MessageDescriptor)
    case enumeration(EnumDescriptor)
  }

  /// Finds what is called `name` with all packages in front.
  public func symbol(_ name: String) -> Symbol? {
    var rest = name
    if !package.isEmpty {
      guard rest.hasPrefix(package + ".") else { return nil }
      rest = String(rest.dropFirst(package.count + 1))
    }
    for service in services {
      if service.name.sameBytes(as: rest) { return .service(service) }
      for method in service.methods
      where rest.sameBytes(as: service.name + "." + method.name)
        || rest.sameBytes(as: service.name + "/" + method.name)
      {
        return .method(method)
      }
    }
    for item in enums where item.name.sameBytes(as: rest) { return .enumeration(item) }
    for message in messages { if let found = message.symbol(rest) { return found } }
    return nil
  }
}

public struct MessageDescriptor: Sendable {
  public private(set) var name = ""
  public private(set) var fields: [FieldDescriptor] = []
  public private(set) var nested: [MessageDescriptor] = []
  public private(set) var enums: [EnumDescriptor] = []
  public private(set) var oneofs: [String] = []
  /// Stands for the entries of a map.
  public private(set) var isMapEntry = false

  init(_ bytes: ArraySlice<UInt8>, depth: Int) throws(ProtobufReader.Problem) {
    if depth > FileDescriptor.deepest { throw .tooDeep }
    var reader = ProtobufReader(bytes)
    while let (number, value) = try reader.next() {
      guard case .bytes(let body) = value else { continue }
      switch number {
      case 1: name = String(bytes: body)
      case 2: fields.append(try FieldDescriptor(body))
      case 3: nested.append(try MessageDescriptor(body, depth: depth + 1))
      case 4: enums.append(try EnumDescriptor(body))
      case 7:
        var options = ProtobufReader(body)
        while let (number, value) = try options.next() {
          if number == 7, value == .number(1) { isMapEntry = true }
        }
      case 8:
        var oneof = ProtobufReader(body)
        var name = ""
        while let (number, value) = try oneof.next() {
          if number == 1, case .bytes(let text) = value { name = String(bytes: text) }
        }
        oneofs.append(name)
      default: break
      }
    }
  }

  func symbol(_ path: String) -> FileDescriptor.Symbol? {
    if path.sameBytes(as: name) { return .message(self) }
    guard path.hasPrefix(name + ".") else { return nil }
    let rest = String(path.dropFirst(name.count + 1))
    for item in enums where item.name.sameBytes(as: rest) { return .enumeration(item) }
    for message in nested { if let found = message.symbol(rest) { return found } }
    return nil
  }
}

public struct FieldDescriptor: Sendable {
  public private(set) var name = ""
  public private(set) var number = 0
  /// 1 optional, 2 required, 3 repeated.
  public private(set) var label = 0
  public private(set) var type = 0
  /// With a dot in front, for messages and enums.
  public private(set) var typeName = ""
  public private(set) var oneof: Int?
  public private(set) var isProto3Optional = false

  init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Problem) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let text)): name = String(bytes: text)
      case (3, .number(let found)): number = Int(truncatingIfNeeded: found)
      case (4, .number(let found)): label = Int(truncatingIfNeeded: found)
      case (5, .number(let found)): type = Int(truncatingIfNeeded: found)
      case (6, .bytes(let text)): typeName = String(bytes: text)
      case (9, .number(let found)): oneof = Int(exactly: found)
      case (17, .number(let found)): isProto3Optional = found != 0
      default: break
      }
    }
  }

  /// `string`, `.package.Message`.
  public var typeText: String {
    if !typeName.isEmpty { return typeName }
    let names: [StaticString] = [
      "?", "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string",
      "group", "message", "bytes", "uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64",
    ]
    return names.indices.contains(type) ? "\(names[type])" : "?"
  }
}

public struct EnumDescriptor: Sendable {
  public private(set) var name = ""
  public private(set) var values: [(name: String, number: Int)] = []

  init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Problem) {
    var reader = ProtobufReader(bytes)
    while let (number, value) = try reader.next() {
      guard case .bytes(let body) = value else { continue }
      if number == 1 { name = String(bytes: body) }
      if number == 2 { values.append(try Self.value(body)) }
    }
  }

  private static func value(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Problem)
    -> (name: String, number: Int)
  {
    var reader = ProtobufReader(bytes)
    var result = (name: "", number: 0)
    while let (number, value) = try reader.next() {
      if number == 1, case .bytes(let text) = value { result.name = String(bytes: text) }
      if number == 2, case .number(let found) = value {
        result.number = Int(Int32(truncatingIfNeeded: found))
      }
    }
    return result
  }
}

public struct ServiceDescriptor: Sendable {
  public private(set) var name = ""
  public private(set) var methods: [MethodDescriptor] = []

  init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Problem) {
    var reader = ProtobufReader(bytes)
    while let (number, value) = try reader.next() {
      guard case .bytes(let body) = value else { continue }
      if number == 1 { name = String(bytes: body) }
      if number == 2 { methods.append(try MethodDescriptor(body)) }
    }
  }
}

public struct MethodDescriptor: Sendable {
  public private(set) var name = ""
  public private(set) var input = ""
  public private(set) var output = ""
  public private(set) var streamsInput = false
  public private(set) var streamsOutput = false

  init(_ bytes: ArraySlice<UInt8>) throws(ProtobufReader.Problem) {
    var reader = ProtobufReader(bytes)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let text)): name = String(bytes: text)
      case (2, .bytes(let text)): input = String(bytes: text)
      case (3, .bytes(let text)): output = String(bytes: text)
      case (5, .number(let found)): streamsInput = found != 0
      case (6, .number(let found)): streamsOutput = found != 0
      default: break
      }
    }
  }

  /// `rpc Check ( .a.Request ) returns ( stream .a.Response );`
  public var text: String {
    "rpc \(name) ( \(streamsInput ? "stream " : "")\(input) ) returns ( "
      + "\(streamsOutput ? "stream " : "")\(output) );"
  }
}
