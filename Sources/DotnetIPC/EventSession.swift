public import Box
internal import Linux

/// A running session: a trace that comes on a connection.
public final class EventSession {
  private let client: DotnetClient
  private let socket: LocalSocket
  private let number: UInt64
  /// The form of CollectTracing that the runtime took; from 5 on a rundown may be chosen by keywords.
  public let command: UInt8
  public private(set) var isStopping = false

  init(_ client: DotnetClient, _ socket: LocalSocket, _ number: UInt64, command: UInt8) {
    self.client = client
    self.socket = socket
    self.number = number
    self.command = command
  }

  /// For waiting together with others.
  public var descriptor: Int32 { socket.descriptor }

  /// Reads once; 0 is the end of the trace.
  public func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
    do throws(SystemError) {
      return try socket.receive(into: buffer)
    } catch {
      if error.errno == .connectionReset { return 0 }
      throw .system(error)
    }
  }

  /// Asks for the end, on a connection of its own: the runtime sends the rundown on this one meanwhile, and
  /// does not answer before it is read. So the answer is not waited for here.
  public func stop() throws(Failure) {
    guard !isStopping else { return }
    isStopping = true
    let stopper = try client.connect()
    guard let bytes = SessionRequest.stop(number).encoded() else { return }
    try attempt { () throws(SystemError) in try stopper.send(bytes) }
    self.stopper = stopper
  }

  /// Open until the session is over: the runtime answers on it.
  private var stopper: LocalSocket?
}
