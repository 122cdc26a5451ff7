internal import Box
internal import CLinux
internal import CRuntime
internal import Linux

/// The start of the program in both builds; the main function in C calls it.
@c(debugbox_main)
func entry(_ count: Int32, _ vector: UnsafePointer<UnsafePointer<CChar>?>) -> Int32 {
  crt_hold_standard_streams()
  crt_catch_crashes()
  crt_find_arguments(count, vector)
  let arguments = (0..<Int(max(count, 0))).compactMap { index in
    vector[index].map { String(foreign: $0) }
  }
  return Dispatcher(arguments: arguments, environment: environment(), registry: registry()).run()
}

private func environment() -> [String] {
  guard var entry = clinux_environ() else { return [] }
  var variables: [String] = []
  while let variable = entry.pointee {
    variables.append(String(foreign: variable))
    entry += 1
  }
  return variables
}
