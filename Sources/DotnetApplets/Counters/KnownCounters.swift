internal import Linux

/// `dotnet-counters list`: what is widely published; learn.microsoft.com, "Well-known EventCounters" and
/// "Built-in metrics".
enum KnownCounters {
  static func list(_ output: Output) {
    output.line(
      "Showing well-known counters only. Specific processes may support additional counters.")
    for (provider, counters) in all() {
      output.line("\(provider)")
      for (name, meaning) in counters {
        output.line("    \(name)" + pad("\(name)", 44) + "\(meaning)")
      }
      output.line("")
    }
  }

  private typealias Counter = (StaticString, StaticString)

  private static func all() -> [(StaticString, [Counter])] {
    [
      ("System.Runtime (meter, .NET 9 and later)", runtimeMeter()),
      ("System.Runtime (EventCounters)", runtime()),
      ("Microsoft.AspNetCore.Hosting (EventCounters)", hosting()),
      ("Microsoft.AspNetCore.Hosting (meter, .NET 8 and later)", hostingMeter()),
      ("Microsoft-AspNetCore-Server-Kestrel (EventCounters)", kestrel()),
      ("System.Net.Http (EventCounters)", http()),
      ("System.Net.Sockets (EventCounters)", sockets()),
      ("Microsoft.EntityFrameworkCore (EventCounters)", entities()),
    ]
  }

  private static func runtimeMeter() -> [Counter] {
    [
      ("dotnet.assembly.count", "Assemblies that are loaded"),
      ("dotnet.exceptions", "Exceptions thrown, by type"),
      ("dotnet.gc.collections", "Collections, by generation"),
      ("dotnet.gc.heap.total_allocated", "Bytes allocated since the start"),
      ("dotnet.gc.last_collection.heap.size", "Heap after the last collection, by generation"),
      ("dotnet.gc.pause.time", "Seconds that collections stopped the app"),
      ("dotnet.jit.compiled_methods", "Methods compiled"),
      ("dotnet.monitor.lock_contentions", "Times that a lock was taken already"),
      ("dotnet.process.cpu.time", "Seconds of processor, by mode"),
      ("dotnet.process.memory.working_set", "Memory of the process"),
      ("dotnet.thread_pool.queue.length", "Work that waits for a thread"),
      ("dotnet.thread_pool.thread.count", "Threads of the pool"),
      ("dotnet.timer.count", "Timers that are active"),
    ]
  }

  private static func runtime() -> [Counter] {
    [
      ("active-timer-count", "Timers that are active"),
      ("alloc-rate", "Bytes allocated"),
      ("assembly-count", "Assemblies that are loaded"),
      ("cpu-usage", "Share of the processors (%)"),
      ("exception-count", "Exceptions thrown"),
      ("gc-fragmentation", "Fragmentation of the heap (%)"),
      ("gc-heap-size", "Heap as the collector sees it (MB)"),
      ("gen-0-gc-count", "Collections of generation 0; 1 and 2 likewise"),
      ("gen-0-size", "Size of generation 0; 1 and 2 likewise"),
      ("loh-size", "Size of the heap of large objects"),
      ("monitor-lock-contention-count", "Times that a lock was taken already"),
      ("threadpool-completed-items-count", "Work done by the pool of threads"),
      ("threadpool-queue-length", "Work that waits for a thread"),
      ("threadpool-thread-count", "Threads of the pool"),
      ("time-in-gc", "Share of time in collections since the last (%)"),
      ("working-set", "Memory of the process (MB)"),
    ]
  }

  private static func hosting() -> [Counter] {
    [
      ("current-requests", "Requests being served"), ("failed-requests", "Requests that failed"),
      ("requests-per-second", "Requests that came"), ("total-requests", "All requests so far"),
    ]
  }

  private static func hostingMeter() -> [Counter] {
    [
      ("http.server.active_requests", "Requests being served"),
      ("http.server.request.duration", "How long requests took"),
    ]
  }

  private static func kestrel() -> [Counter] {
    [
      ("connection-queue-length", "Connections that wait"),
      ("connections-per-second", "Connections that came"),
      ("current-connections", "Connections that are open"),
      ("request-queue-length", "Requests that wait"),
      ("tls-handshakes-per-second", "TLS handshakes"),
      ("total-connections", "All connections so far"),
    ]
  }

  private static func http() -> [Counter] {
    [
      ("current-requests", "Requests being sent"),
      ("http11-connections-current-total", "Connections of HTTP/1.1"),
      ("http11-requests-queue-duration", "Time that requests wait for a connection (ms)"),
      ("http20-connections-current-total", "Connections of HTTP/2"),
      ("requests-failed", "Requests that failed"), ("requests-started", "All requests so far"),
      ("requests-started-rate", "Requests started"),
    ]
  }

  private static func sockets() -> [Counter] {
    [
      ("bytes-received", "Bytes received"), ("bytes-sent", "Bytes sent"),
      ("incoming-connections-established", "Connections that came"),
      ("outgoing-connections-established", "Connections that were made"),
    ]
  }

  private static func entities() -> [Counter] {
    [
      ("active-db-contexts", "Contexts that are in use"),
      ("execution-strategy-operation-failures-per-second", "Operations that failed"),
      ("queries-per-second", "Queries"), ("save-changes-per-second", "Saved changes"),
      ("total-queries", "All queries so far"),
    ]
  }
}
