internal import Shell

/// The options of `set` and `shopt`.
public struct Options: Sendable {
  var bits: UInt64 = 0

  public struct Option: Sendable {
    let letter: UInt8
    let name: StaticString
    let bit: UInt64
    /// Belongs to `shopt`, not to `set`.
    let isExtra: Bool
  }

  static let allExport: UInt64 = 1
  static let notify: UInt64 = 1 << 1
  static let noClobber: UInt64 = 1 << 2
  static let errExit: UInt64 = 1 << 3
  static let noGlob: UInt64 = 1 << 4
  static let hashAll: UInt64 = 1 << 5
  static let monitor: UInt64 = 1 << 6
  static let noExec: UInt64 = 1 << 7
  static let noUnset: UInt64 = 1 << 8
  static let verbose: UInt64 = 1 << 9
  static let xtrace: UInt64 = 1 << 10
  static let interactive: UInt64 = 1 << 11
  static let standardInput: UInt64 = 1 << 12
  static let pipeFail: UInt64 = 1 << 13
  static let ignoreEOF: UInt64 = 1 << 14
  static let noLog: UInt64 = 1 << 15
  static let vi: UInt64 = 1 << 16
  static let emacs: UInt64 = 1 << 17
  static let braces: UInt64 = 1 << 18
  static let posix: UInt64 = 1 << 19
  static let errTrace: UInt64 = 1 << 20
  static let functionTrace: UInt64 = 1 << 21
  static let physical: UInt64 = 1 << 22
  static let privileged: UInt64 = 1 << 23
  static let oneCommand: UInt64 = 1 << 24
  static let history: UInt64 = 1 << 25
  static let commandString: UInt64 = 1 << 26
  static let login: UInt64 = 1 << 27
  static let keyword: UInt64 = 1 << 28
  static let histExpand: UInt64 = 1 << 29
  static let nullGlob: UInt64 = 1 << 32
  static let dotGlob: UInt64 = 1 << 33
  static let extGlob: UInt64 = 1 << 34
  static let globStar: UInt64 = 1 << 35
  static let noCaseMatch: UInt64 = 1 << 36
  static let noCaseGlob: UInt64 = 1 << 37
  static let lastPipe: UInt64 = 1 << 38
  static let failGlob: UInt64 = 1 << 39
  static let expandAliases: UInt64 = 1 << 40
  static let xpgEcho: UInt64 = 1 << 41
  static let inheritErrExit: UInt64 = 1 << 42
  static let checkWinSize: UInt64 = 1 << 43
  static let sourcePath: UInt64 = 1 << 44
  static let promptVars: UInt64 = 1 << 45
  static let autoCD: UInt64 = 1 << 46
  static let cmdHist: UInt64 = 1 << 47
  static let histAppend: UInt64 = 1 << 48
  static let globAsciiRanges: UInt64 = 1 << 49
  static let localVarInherit: UInt64 = 1 << 50
  static let huponExit: UInt64 = 1 << 51
  static let checkHash: UInt64 = 1 << 52
  static let interactiveComments: UInt64 = 1 << 53
  static let progComp: UInt64 = 1 << 54
  static let gnuErrFmt: UInt64 = 1 << 55
  static let shiftVerbose: UInt64 = 1 << 56
  static let cdSpell: UInt64 = 1 << 57
  static let execFail: UInt64 = 1 << 58
  static let patsubReplacement: UInt64 = 1 << 59

  static let utf8: UInt64 = 1 << 60

  private static func o(
    _ letter: UInt8, _ name: StaticString, _ bit: UInt64, _ isExtra: Bool = false
  ) -> Option { Option(letter: letter, name: name, bit: bit, isExtra: isExtra) }

  /// All options, by name within each kind.
  static var all: [Option] {
    [
      o("a", "allexport", allExport), o("B", "braceexpand", braces), o(0, "emacs", emacs),
      o("e", "errexit", errExit), o("E", "errtrace", errTrace), o("T", "functrace", functionTrace),
      o("h", "hashall", hashAll), o("H", "histexpand", histExpand), o(0, "history", history),
      o(0, "ignoreeof", ignoreEOF), o("i", "interactive", interactive), o("k", "keyword", keyword),
      o("m", "monitor", monitor), o("C", "noclobber", noClobber), o("n", "noexec", noExec),
      o("f", "noglob", noGlob), o(0, "nolog", noLog), o("b", "notify", notify),
      o("u", "nounset", noUnset), o("t", "onecmd", oneCommand), o("P", "physical", physical),
      o(0, "pipefail", pipeFail), o(0, "posix", posix), o("p", "privileged", privileged),
      o("s", "stdin", standardInput), o("v", "verbose", verbose), o(0, "vi", vi),
      o("U", "utf8-mode", utf8), o("x", "xtrace", xtrace),
      o(0, "autocd", autoCD, true), o(0, "cdspell", cdSpell, true),
      o(0, "checkhash", checkHash, true), o(0, "checkwinsize", checkWinSize, true),
      o(0, "cmdhist", cmdHist, true), o(0, "dotglob", dotGlob, true),
      o(0, "execfail", execFail, true), o(0, "expand_aliases", expandAliases, true),
      o(0, "extglob", extGlob, true), o(0, "failglob", failGlob, true),
      o(0, "globasciiranges", globAsciiRanges, true), o(0, "globstar", globStar, true),
      o(0, "gnu_errfmt", gnuErrFmt, true), o(0, "histappend", histAppend, true),
      o(0, "huponexit", huponExit, true), o(0, "inherit_errexit", inheritErrExit, true),
      o(0, "interactive_comments", interactiveComments, true), o(0, "lastpipe", lastPipe, true),
      o(0, "localvar_inherit", localVarInherit, true), o(0, "login_shell", login, true),
      o(0, "nocaseglob", noCaseGlob, true), o(0, "nocasematch", noCaseMatch, true),
      o(0, "nullglob", nullGlob, true), o(0, "patsub_replacement", patsubReplacement, true),
      o(0, "progcomp", progComp, true), o(0, "promptvars", promptVars, true),
      o(0, "shift_verbose", shiftVerbose, true), o(0, "sourcepath", sourcePath, true),
      o(0, "xpg_echo", xpgEcho, true),
    ]
  }

  init() {
    bits =
      Options.hashAll | Options.braces | Options.expandAliases | Options.sourcePath
      | Options.promptVars | Options.globAsciiRanges | Options.interactiveComments
      | Options.cmdHist | Options.checkWinSize | Options.utf8
  }

  func has(_ bit: UInt64) -> Bool { bits & bit != 0 }

  mutating func set(_ bit: UInt64, _ isOn: Bool) { bits = isOn ? bits | bit : bits & ~bit }

  static func named(_ name: Bytes, extra: Bool) -> Option? {
    all.first { $0.isExtra == extra && name.equals($0.name) }
  }

  static func letter(_ letter: UInt8) -> Option? {
    all.first { $0.letter == letter && letter != 0 }
  }

  /// `$-`.
  var letters: Bytes {
    var letters: Bytes = []
    for option in Self.all where option.letter != 0 && has(option.bit) {
      // bash lists B, h and its kin too; what scripts look for is here.
      letters.append(option.letter)
    }
    if has(Self.commandString) { letters.append("c") }
    return letters
  }
}
