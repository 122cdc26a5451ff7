internal import Box
internal import Linux
internal import Target

extension Context {
  /// Sends the signal; says what fails and what the signal will not do.
  ///
  /// - Parameter failing: whether a refusal makes the applet fail.
  /// - Returns: whether the kernel took it.
  mutating func send(_ signaller: Signaller, to pid: Int32, failing: Bool = true) -> Bool {
    let disappointment = signaller.disappointment(pid)
    do throws(Failure) {
      try signaller.send(to: pid)
    } catch {
      if failing { report(error) } else { remark(error.text ?? "", error.advice) }
      return false
    }
    if let disappointment { remark(disappointment.text, disappointment.advice) }
    return true
  }

  private func remark(_ text: String, _ advice: String?) {
    note(text)
    guard let advice else { return }
    errors.line("fix: " + advice)
    errors.flush()
  }
}
