/// What somebody pressed.
public enum Key: Equatable, Sendable {
  /// A character, or a byte that is part of none.
  case text([UInt8])
  /// Ctrl with the letter or sign, as in `^A`.
  case control(UInt8)
  /// Alt with the byte.
  case alt(UInt8)
  /// What a terminal with bracketed paste was given in one piece.
  case paste([UInt8])
  case enter, tab, backTab, escape
  case backspace, altBackspace, delete, controlDelete, insert
  case up, down, left, right, wordLeft, wordRight
  case home, end, pageUp, pageDown
  case function(Int)
  /// A sequence that means nothing here.
  case unknown
}
