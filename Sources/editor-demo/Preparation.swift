import CLinux
import CRuntime
import Linux

func prepare() { crt_catch_crashes() }

func environment() -> [String] {
  guard var entry = clinux_environ() else { return [] }
  var variables: [String] = []
  while let variable = entry.pointee {
    variables.append(String(foreign: variable))
    entry += 1
  }
  return variables
}
