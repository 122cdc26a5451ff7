internal import Accounts
public import Box
internal import Capabilities
internal import Linux

/// Explains capabilities: our own, or a mask from a status file.
public struct Capsh: Command {
  public init() {}

  public static var manual: Manual<Capsh> {
    Manual(
      "capsh", "Print our capabilities, or name those of a mask", family: .target, grammar: .own,
      options: [
        .value(nil, "decode", "MASK", "Name the capabilities of a hexadecimal mask") {
          (_: inout Capsh, _: String) in
        },
        .value(nil, "explain", "CAPABILITY", "Say what a capability allows") {
          (_: inout Capsh, _: String) in
        },
        .value(nil, "has-p", "CAPABILITY", "Exit 0 when it is permitted, else 1") {
          (_: inout Capsh, _: String) in
        },
        .flag(nil, "help", "Show this help") { _ in },
        .flag(nil, "print", "Print all sets and ids of this process") { _ in },
        .value(nil, "supports", "CAPABILITY", "Exit 0 when the kernel knows it, else 1") {
          (_: inout Capsh, _: String) in
        },
        .flag(nil, "version", "Show version, commit and compiler") { _ in },
      ],
      examples: [
        ("capsh --print", "What may I do here?"),
        ("capsh --decode=00000000a80425fb", "Read CapPrm of /proc/PID/status"),
      ],
      standard: "libcap capsh(1)",
      deviations: ["it only reports; options that change capabilities or run programs are refused"])
  }

  public func run(_ operands: [String], _ context: inout Context) throws(Failure) {
    if operands.isEmpty { throw .usage("nothing to do; --print or --decode=MASK") }
    for operand in operands {
      let parts = operand.split(separator: "=", maxSplits: 1).map { String($0) }
      let value = parts.count > 1 ? parts[1] : ""
      switch parts.first ?? "" {
      case "--print": try describe(&context)
      case "--decode": try decode(value, context)
      case "--has-p": try require(CapabilityState(pid: 0)?.permitted, value)
      case "--supports": try require(.all, value)
      case "--explain": try explain(value, context)
      default:
        throw unknownOption(
          operand, nearest: nearest(to: operand, among: ["--print", "--decode", "--explain"]))
      }
    }
  }

  private func capability(_ name: String) throws(Failure) -> Capability {
    guard let capability = Capability(name: name) else {
      throw .usage("\(name): no such capability")
    }
    return capability
  }

  private func require(_ set: CapabilitySet?, _ name: String) throws(Failure) {
    let capability = try capability(name)
    if set?.contains(capability) != true { throw .message("\(capability.name): no") }
  }

  private func explain(_ name: String, _ context: Context) throws(Failure) {
    let capability = try capability(name)
    context.output.line("\(capability.name) (\(capability.number)): \(capability.meaning)")
  }

  private func decode(_ text: String, _ context: Context) throws(Failure) {
    let digits = text.hasPrefix("0x") ? String(text.dropFirst(2)) : text
    guard let mask = UInt64(digits, radix: 16) else {
      throw .usage("--decode=\(text): not a hexadecimal mask")
    }
    let plain = String(mask, radix: 16)
    let padded = String(repeating: "0", count: max(0, 16 - plain.utf8.count)) + plain
    context.output.line("0x\(padded)=" + CapabilitySet(mask: mask).names.joined(separator: ","))
  }

  private func describe(_ context: inout Context) throws(Failure) {
    guard let text = CapabilityState.text(pid: 0), let state = CapabilityState.own() else {
      throw .message("cannot read our own capabilities")
    }
    let output = context.output
    output.line("Current: " + text)
    output.line("Bounding set =" + state.bounding.names.joined(separator: ","))
    output.line("Ambient set =" + state.ambient.names.joined(separator: ","))
    output.line("Current IAB: " + state.iab)
    secureBits(state, output)
    let accounts = Accounts(root: context.root)
    let uid = Credentials.uid
    let effective = Credentials.effectiveUID
    output.line(
      "uid=\(uid)(\(accounts.user(uid) ?? "???")) euid=\(effective)(\(accounts.user(effective) ?? "???"))"
    )
    output.line("gid=\(Credentials.gid)(\(accounts.group(Credentials.gid) ?? "???"))")
    output.line(
      "groups="
        + Credentials.groups.map { "\($0)(\(accounts.group($0) ?? "???"))" }.joined(separator: ","))
    output.line("Guessed mode: \(state.modeName) (\(state.mode))")
  }

  private func secureBits(_ state: OwnCapabilities, _ output: Output) {
    let bits = state.secureBits
    let locks: [(StaticString, Int)] = [
      ("secure-noroot", 0), ("secure-no-suid-fixup", 2), ("secure-keep-caps", 4),
      ("secure-no-ambient-raise", 6),
    ]
    let octal = String(bits, radix: 8)
    output.line(
      "Securebits: 0\(octal)/0x\(String(bits, radix: 16))/\(binaryWidth(bits))'b\(String(bits, radix: 2)) "
        + "(no-new-privs=\(state.noNewPrivileges ? 1 : 0))")
    for (name, bit) in locks {
      let isSet = bits & (1 << bit) != 0
      let isLocked = bits & (2 << bit) != 0
      output.line(" \(name): \(isSet ? "yes" : "no") (\(isLocked ? "locked" : "unlocked"))")
    }
  }

  private func binaryWidth(_ bits: Int) -> Int { max(1, Int.bitWidth - bits.leadingZeroBitCount) }
}
