internal import Box
internal import ProcFS

/// A process ID from an operand.
func parsePID(_ text: String) throws(Failure) -> Int32 {
  guard let pid = decimal(Array(text.utf8)), pid > 0 else {
    throw .usage("\(text): not a process ID")
  }
  return pid
}
