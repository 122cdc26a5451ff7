internal import Box
internal import Linux
internal import ProcFS

/// A column of the table at hand: a specifier with what the user made of it.
struct PsColumn {
  let field: PsField
  let title: [UInt8]
  let width: Int
  let side: PsSpecifier.Side
  let fit: PsSpecifier.Fit
  /// The key in JSON.
  let key: String

  init(_ asked: PsOptions.Column, pidWidth: Int, numeric: Bool) {
    let specifier = asked.specifier
    let title = asked.title?.bytes ?? "\(specifier.title)".bytes
    field = numeric ? specifier.field.asNumber : specifier.field
    self.title = title
    let usual = specifier.fit == .pid ? max(pidWidth, specifier.width) : specifier.width
    // A title of the user's own widens its column, a usual one does not.
    width = max(asked.width ?? usual, asked.title == nil ? 1 : title.count)
    side = numeric && specifier.field.asNumber != specifier.field ? .right : specifier.side
    fit = specifier.fit
    key = asked.key
  }
}

/// One line of the table.
struct PsRow {
  enum Kind { case plain, process, thread }

  let record: ProcessRecord
  /// What the tree draws in front of the command.
  var prefix: [UInt8] = []
  var kind = Kind.plain
}

/// The table at hand: what was read, and how to show it.
final class PsSheet {
  let world: PsWorld
  let options: PsOptions
  let table: ProcessTable
  let columns: [PsColumn]
  /// What was read for them.
  let fields: ProcessFields
  /// Whether commands are shown by their names alone, `c`..
  let showsName: Bool
  /// The threads that stand below their processes.
  var below: PsSheet?
  /// Whether a table has been printed, and another must be set apart.
  var hasPrinted = false

  init(
    _ world: PsWorld, _ options: PsOptions, _ table: ProcessTable, _ columns: [PsColumn],
    _ fields: ProcessFields
  ) {
    self.fields = fields
    self.world = world
    self.options = options
    self.table = table
    self.columns = columns
    showsName = options.nameOnly
  }
}

extension PsField {
  /// The number in place of a name, for `n`.
  var asNumber: PsField {
    switch self {
    case .user: .userID
    case .realUser: .realUserID
    case .savedUser: .savedUserID
    case .fileUser: .fileUserID
    case .primaryGroup: .primaryGroupID
    case .realGroup: .realGroupID
    case .savedGroup: .savedGroupID
    case .fileGroup: .fileGroupID
    case .otherGroups: .otherGroupIDs
    default: self
    }
  }
}
