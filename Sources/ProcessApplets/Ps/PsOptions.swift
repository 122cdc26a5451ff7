/// What a command line of `ps` asks for.
struct PsOptions {
  enum Threads { case none, rows, columns, spid, below }
  /// The BSD formats; they exclude each other and those of System V.
  enum Format { case user, long, jobs, signals, memory, registers }

  struct Column {
    let specifier: PsSpecifier
    /// The text of `name=text`.
    var title: String?
    /// The number of `name:number`.
    var width: Int?
    /// The name as it was typed, the key in JSON.
    let key: String
  }

  struct SortKey {
    let field: PsField
    let isReversed: Bool
  }

  var selection = PsSelection()

  var columns: [Column] = []
  var preloaded: [Column] = []
  var preloadedByBSD = false
  var format: Format?
  /// `-f -F -l -j -y -c -P -M`.
  var full = false
  var extraFull = false
  var long = false
  var jobs = false
  var noFlags = false
  var classes = false
  var showsProcessor = false
  var label = false
  /// The last word on whether commands are shown with their arguments, as the style implies.
  var isBSD = false
  var context = false

  var threads = Threads.none
  /// `-m` and `m`: threads below their process.
  var threadsBelow = false
  var sort: [SortKey] = []
  var forest = false
  var hierarchy = false
  var environment = false
  var nameOnly = false
  var numeric = false
  var cumulative = false
  var wide = 0
  var columnLimit: Int?
  var rows: Int?
  var headers = true
  var repeatHeaders = false
  var json = false
  var containers = false

  /// What to print instead of processes.
  enum Instead { case version, help, specifiers }
  var instead: Instead?
}
