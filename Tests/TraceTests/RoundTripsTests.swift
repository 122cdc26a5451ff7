import Linux
import Testing

@testable import Trace

@Suite struct RoundTripsTests {
  @Test func sums() {
    var times = RoundTrips()
    for value in [0.001, 0.003, 0.002] { times.add(value) }
    #expect(times.count == 3)
    #expect(times.least == 0.001)
    #expect(times.most == 0.003)
    #expect(times.last == 0.002)
    #expect(abs(times.mean - 0.002) < 1e-12)
    #expect(abs(times.deviation - 0.000816497) < 1e-9)
    #expect(abs(times.sampleDeviation - 0.001) < 1e-12)
    #expect(abs(times.geometricMean - 0.00181712) < 1e-8)
    #expect(abs(times.jitterMost - 0.002) < 1e-12)
    #expect(abs(times.jitter - 0.001) < 1e-12)
    #expect(abs(times.meanJitter - 0.001) < 1e-12)
  }

  @Test func nothingIsZero() {
    let times = RoundTrips()
    #expect(times.mean == 0 && times.best == 0 && times.deviation == 0)
    #expect(times.sampleDeviation == 0 && times.geometricMean == 0)
  }
}

/// On loopback everything is one hop away, and needs no privileges.
@Suite struct TracerTests {
  @Test func udpReachesAtOnce() throws {
    let tracer = try Tracer(.loopbackV4, .risingUDP(firstPort: 33434)) { _ in }
    let id = try tracer.send(hops: 1, size: 60)
    let answers = try tracer.collect(until: Deadline(seconds: 2))
    #expect(answers.count == 1)
    #expect(answers.first?.id == id)
    #expect(answers.first?.answer.meaning == .reached)
    #expect(answers.first?.answer.source == .loopbackV4)
    #expect(tracer.pending == 0)
  }

  @Test func tcpTellsOpenFromClosed() throws {
    let listener = try Socket(.v4, .stream)
    try listener.bind(to: .ip(Endpoint(.loopbackV4, port: 0)))
    try listener.listen()
    let port = try #require(listener.ownAddress.endpoint?.port)
    let open = try Tracer(.loopbackV4, .tcp(port: port)) { _ in }
    _ = try open.send(hops: 1, size: 0)
    #expect(try open.collect(until: Deadline(seconds: 2)).first?.answer.tcp == .accepted)
    _ = try listener.shutdown(.both)
    let closed = try Tracer(.loopbackV4, .tcp(port: 1)) { _ in }
    _ = try closed.send(hops: 1, size: 0)
    #expect(try closed.collect(until: Deadline(seconds: 2)).first?.answer.tcp == .reset)
  }

  @Test func whatIsForgottenIsNotReported() throws {
    let tracer = try Tracer(.loopbackV4, .udp(port: 33999)) { _ in }
    tracer.forget(try tracer.send(hops: 1, size: 60))
    #expect(try tracer.collect(until: Deadline(seconds: 0.05)).isEmpty)
  }

  @Test func theInterfaceTellsItsMTU() throws {
    let mtu = try PathMTU.local(.loopbackV4) { (socket) throws(SystemError) in
      try socket.set(.probe, .v4)
    }
    // 65536 takes every datagram there is.
    #expect(mtu == nil)
  }
}
