internal import Report

extension String {
  /// This at the right edge of `width` terminal columns, or wider where it does not fit.
  func right(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - displayWidth(self))) + self
  }

  /// This at the left edge of `width` terminal columns, or wider where it does not fit.
  func left(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth(self)))
  }
}
