internal import Linux
internal import Zlib

/// Undoes the `Content-Encoding` of a body: gzip and deflate, one on the other. RFC 9110 section 8.4.
public final class ContentDecoder {
  public enum Limits {
    /// Encodings on each other.
    static let layers = 5
    /// What expands beyond `bomb` bytes, more than `ratio` times what came, is nobody's document.
    public static let bomb = 256 << 20
    public static let ratio = 400
  }

  public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
    case unknown(String), tooManyLayers, damaged, bomb

    public var description: String {
      switch self {
      case .unknown(let name):
        "Unrecognized content encoding type \(name). libcurl understands deflate, gzip content encodings."
      case .tooManyLayers: "Reject response due to more than \(Limits.layers) content encodings"
      case .damaged: "Error while processing content unencoding: damaged data"
      case .bomb:
        "Compressed content expands more than \(Limits.ratio) times, beyond \(Limits.bomb >> 20) MiB; "
          + "refused as a decompression bomb (--max-filesize sets another limit)"
      }
    }
  }

  public typealias Sink = (UnsafeRawBufferPointer) throws(TransferFailure) -> Void

  private final class Layer {
    enum Format { case gzip(Gunzipper), deflate(Inflater), unknownDeflate(Inflater) }
    var format: Format
    var held: [UInt8] = []
    var isDone = false
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    init(_ format: Format) { self.format = format }
    deinit { output.deallocate() }
  }

  private var layers: [Layer] = []
  private var taken = 0
  private var made = 0
  /// More is refused however well it is compressed; nil is the bomb's limit.
  private let limit: Int?

  /// - Parameter codings: in the order they were applied, as the header lists them.
  public init(_ codings: [[UInt8]], limit: Int? = nil) throws(Problem) {
    self.limit = limit
    for coding in codings {
      if Bytes.equal(coding, "identity") || Bytes.equal(coding, "none") { continue }
      if layers.count == Limits.layers { throw .tooManyLayers }
      if Bytes.equal(coding, "gzip") || Bytes.equal(coding, "x-gzip") {
        guard let gunzipper = try? Gunzipper() else { throw .damaged }
        layers.append(Layer(.gzip(gunzipper)))
      } else if Bytes.equal(coding, "deflate") {
        guard let inflater = Inflater() else { throw .damaged }
        layers.append(Layer(.unknownDeflate(inflater)))
      } else {
        throw .unknown(String(bytes: coding))
      }
    }
  }

  /// Whether the body comes as it is.
  public var isIdentity: Bool { layers.isEmpty }

  public func run(_ input: UnsafeRawBufferPointer, _ sink: Sink) throws(TransferFailure) {
    taken += input.count
    try run(input, layers.count - 1, sink)
  }

  private func run(_ input: UnsafeRawBufferPointer, _ index: Int, _ sink: Sink)
    throws(TransferFailure)
  {
    guard index >= 0 else {
      made += input.count
      if limit == nil, made > Limits.bomb, made / Limits.ratio > taken {
        throw TransferFailure(.fileTooLarge, Problem.bomb.description)
      }
      return try sink(input)
    }
    let layer = layers[index]
    var rest = input
    while !layer.isDone {
      let count = try step(layer, &rest)
      if count == 0 { return }
      try run(UnsafeRawBufferPointer(rebasing: layer.output[..<count]), index - 1, sink)
    }
  }

  /// - Returns: how many bytes are in the layer's output; 0 where it wants more input.
  private func step(_ layer: Layer, _ input: inout UnsafeRawBufferPointer)
    throws(TransferFailure) -> Int
  {
    switch layer.format {
    case .gzip(let gunzipper):
      while true {
        do throws(Gunzipper.Broken) {
          switch try gunzipper.step(&input, layer.output) {
          case .output(let count): return count
          case .hungry: return 0
          case .memberEnd: continue
          }
        } catch {
          // Whatever follows a whole member is nothing to us.
          if gunzipper.isBetweenMembers {
            layer.isDone = true
            return 0
          }
          throw TransferFailure(.badContentEncoding, Problem.damaged.description)
        }
      }
    case .unknownDeflate(let inflater):
      // RFC 9110 means the zlib format; some servers send the bare stream.
      while layer.held.count < 2, let byte = input.first {
        layer.held.append(byte)
        input = UnsafeRawBufferPointer(rebasing: input[1...])
      }
      guard layer.held.count == 2 else { return 0 }
      let word = Int(layer.held[0]) << 8 | Int(layer.held[1])
      layer.format = .deflate(inflater)
      if layer.held[0] & 15 == 8, word % 31 == 0 { return try step(layer, &input) }
      let made = layer.held.withUnsafeBytes { inflater.run($0, layer.output).made }
      return made > 0 ? made : try step(layer, &input)
    case .deflate(let inflater):
      while !input.isEmpty {
        let (used, count, outcome) = inflater.run(input, layer.output)
        input = UnsafeRawBufferPointer(rebasing: input[used...])
        if outcome == .broken {
          throw TransferFailure(.badContentEncoding, Problem.damaged.description)
        }
        if outcome == .end { layer.isDone = true }
        if count > 0 || outcome == .end || used == 0 { return count }
      }
      // What did not fit before may still come out.
      return inflater.run(input, layer.output).made
    }
  }
}
