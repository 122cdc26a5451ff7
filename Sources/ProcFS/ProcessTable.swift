internal import CLinux
public import Linux

/// The processes of a `/proc` at one moment, in the order of their IDs.
///
/// Reads exactly the files that the asked fields need, each with one call into one reused buffer,
/// from 500 processes on in several threads. A process that ends meanwhile is left out.
///
///     let table = try ProcessTable(processes, reading: [.name, .owner])
///     for process in table.records where process.uid == 0 { use(table.name(of: process)) }
public struct ProcessTable: Sendable {
  public let records: [ProcessRecord]
  /// Processes that are there but whose files the kernel refuses (`hidepid=1`).
  public let refused: Int
  private let arena: [UInt8]

  /// - Parameters:
  ///   - pids: the processes to read; all where nil. Those that do not exist are left out.
  ///   - threads: one record for each thread of them, from `/proc/PID/task`.
  /// - Throws: when the folder itself cannot be listed.
  public init(
    _ processes: ProcFS, reading fields: ProcessFields, of pids: [Int32]? = nil,
    threads: Bool = false
  ) throws(SystemError) {
    let pids = if let pids { pids } else { try processes.pids() }
    let workers = Self.workerCount(pids.count)
    let readers = (0..<workers).map { _ in
      ProcessReader(
        processes.descriptor, fields, threads: threads, count: pids.count / workers)
    }
    if workers == 1 {
      for pid in pids { readers[0].read(pid) }
    } else {
      let next = SharedCounter()
      Threads.parallel(workers) { index in
        while true {
          let start = next.add(Self.block)
          if start >= pids.count { return }
          for pid in pids[start..<min(start + Self.block, pids.count)] { readers[index].read(pid) }
        }
      }
    }
    refused = readers.reduce(0) { $0 + $1.refused }
    if readers.count == 1 {
      (records, arena) = (readers[0].records, readers[0].arena)
    } else {
      (records, arena) = Self.merge(readers)
    }
  }

  /// The name, `comm`: any bytes.
  public func name(of record: ProcessRecord) -> ArraySlice<UInt8> { bytes(record.name) }

  /// The arguments, each ended by NUL unless the process overwrote them; empty for kernel threads and zombies.
  public func arguments(of record: ProcessRecord) -> ArraySlice<UInt8> { bytes(record.arguments) }

  /// The lines of `/proc/PID/status`.
  public func status(of record: ProcessRecord) -> ProcessStatus {
    ProcessStatus(Array(bytes(record.status)))
  }

  /// The text of `/proc/PID/status`, unparsed.
  public func statusText(of record: ProcessRecord) -> ArraySlice<UInt8> { bytes(record.status) }

  /// The lines of `/proc/PID/cgroup`.
  public func cgroup(of record: ProcessRecord) -> ArraySlice<UInt8> { bytes(record.cgroup) }

  /// The kernel function the process sleeps in; `0` is none, empty where the kernel has no such file.
  public func wchan(of record: ProcessRecord) -> ArraySlice<UInt8> { bytes(record.wchan) }

  /// The numbers of `/proc/PID/statm`, in pages: size, resident, shared, text, library, data.
  public func memory(of record: ProcessRecord) -> [Int] {
    bytes(record.memory).withUnsafeBytes { raw in
      var scanner = NumberScanner(raw)
      return (0..<6).map { _ in scanner.number() }
    }
  }

  private func bytes(_ range: ByteRange) -> ArraySlice<UInt8> {
    arena[range.start..<(range.start + range.count)]
  }

  /// PIDs that a worker takes at a time.
  private static let block = 16

  private static func workerCount(_ count: Int) -> Int {
    count < 500 ? 1 : max(1, min(4, Host.processors))
  }

  /// Each worker took ascending blocks, so each list is sorted.
  private static func merge(_ readers: [ProcessReader]) -> ([ProcessRecord], [UInt8]) {
    var arena: [UInt8] = []
    arena.reserveCapacity(readers.reduce(0) { $0 + $1.arena.count })
    var offsets: [Int] = []
    for reader in readers {
      offsets.append(arena.count)
      arena += reader.arena
    }
    var records: [ProcessRecord] = []
    let total = readers.reduce(0) { $0 + $1.records.count }
    records.reserveCapacity(total)
    var positions = readers.map { _ in 0 }
    while records.count < total {
      var least = -1
      for (index, position) in positions.enumerated() where position < readers[index].records.count
      {
        let pid = readers[index].records[position].pid
        if least < 0 || pid < readers[least].records[positions[least]].pid { least = index }
      }
      if least < 0 { break }
      let record = readers[least].records[positions[least]]
      record.move(by: offsets[least])
      records.append(record)
      positions[least] += 1
    }
    return (records, arena)
  }
}
