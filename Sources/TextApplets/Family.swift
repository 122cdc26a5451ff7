public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func textApplets() -> [Applet] {
  [
    Applet("b2sum", Sums.self),
    Applet("base32", BaseN.self),
    Applet("base64", BaseN.self),
    Applet("cat", Cat.self),
    Applet("cksum", Cksum.self),
    Applet("comm", Comm.self),
    Applet("cut", Cut.self),
    Applet("egrep", Grep.self),
    Applet("expand", Expand.self),
    Applet("expr", Expr.self),
    Applet("fgrep", Grep.self),
    Applet("fold", Fold.self),
    Applet("grep", Grep.self),
    Applet("hd", Hexdump.self),
    Applet("head", Head.self),
    Applet("hexdump", Hexdump.self),
    Applet("join", Join.self),
    Applet("md5sum", Sums.self),
    Applet("nl", Nl.self),
    Applet("od", Od.self),
    Applet("paste", Paste.self),
    Applet("rev", Rev.self),
    Applet("sha1sum", Sums.self),
    Applet("sha224sum", Sums.self),
    Applet("sha256sum", Sums.self),
    Applet("sha384sum", Sums.self),
    Applet("sha512sum", Sums.self),
    Applet("shuf", Shuf.self),
    Applet("sort", Sort.self),
    Applet("split", Split.self),
    Applet("strings", Strings.self),
    Applet("tac", Tac.self),
    Applet("tail", Tail.self),
    Applet("tee", Tee.self),
    Applet("tr", Tr.self),
    Applet("unexpand", Unexpand.self),
    Applet("uniq", Uniq.self),
    Applet("wc", Wc.self),
    Applet("xargs", Xargs.self),
    Applet("xxd", Xxd.self),
  ]
}
