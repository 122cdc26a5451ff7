internal import Accounts
internal import Box
internal import Linux

/// Starts a command where our own files are out of reach: in another root or mount namespace.
final class Launcher {
  private let own: File

  /// Before anything changes: our own binary cannot be named from inside.
  init() throws(Failure) {
    own = try attempt { () throws(SystemError) in try File.open("/proc/self/exe", .path) }
  }

  /// An applet of ours by our own binary, else a program that is found there.
  func become(_ command: [String], _ context: Context) throws(Failure) {
    let name = command.first ?? ""
    if !name.contains("/"), context.applets.named(name) != nil {
      let descriptor = own.descriptor
      try attempt { () throws(SystemError) in
        try Child.execute(descriptor: descriptor, command, environment: context.environment)
      }
    }
    try context.become(command)
  }
}

/// A user or a group by its number, or by its name in `accounts`.
enum IdentityText {
  static func uid(_ text: String, _ accounts: Accounts) throws(Failure) -> UInt32 {
    guard let uid = accounts.uid(named: text) ?? UInt32(text) else {
      throw Failure("\(text): invalid user", status: 125)
    }
    return uid
  }

  static func gid(_ text: String, _ accounts: Accounts) throws(Failure) -> UInt32 {
    guard let gid = accounts.gid(named: text) ?? UInt32(text) else {
      throw Failure("\(text): invalid group", status: 125)
    }
    return gid
  }
}
