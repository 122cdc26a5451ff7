internal import CLinux

/// Threads for work that is nearly all system calls.
public enum Threads {
  /// Runs `body` with 0, 1, … `count - 1`, each in a thread of its own, the calling one among them,
  /// and returns when all have ended. What no thread can be made for runs in the calling one.
  public static func parallel(_ count: Int, _ body: @escaping (Int) -> Void) {
    var started: [pthread_t] = []
    var left: [Int] = []
    for index in stride(from: 1, to: count, by: 1) {
      let job = Unmanaged.passRetained(Job(index, body))
      var thread = pthread_t()
      let error = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, job.toOpaque())
      if error == 0 {
        started.append(thread)
      } else {
        job.release()
        left.append(index)
      }
    }
    if count > 0 { body(0) }
    for index in left { body(index) }
    for thread in started { _ = pthread_join(thread, nil) }
  }

  private final class Job {
    let index: Int
    let body: (Int) -> Void

    init(_ index: Int, _ body: @escaping (Int) -> Void) {
      self.index = index
      self.body = body
    }

    func run() { body(index) }
  }
}

/// A counter that threads share.
public final class SharedCounter: @unchecked Sendable {
  private let value: UnsafeMutablePointer<Int>

  public init() {
    value = .allocate(capacity: 1)
    value.initialize(to: 0)
  }

  deinit { value.deallocate() }

  /// The value before `amount` was added to it.
  public func add(_ amount: Int) -> Int { clinux_fetch_add(value, amount) }
}
