public import Box

/// The applets of the family by name, in byte order.
///
/// Exported without its body: else Embedded Swift would compile the whole family again where it is called.
@export(interface)
public func fileApplets() -> [Applet] {
  [
    Applet("chgrp", Chown.self),
    Applet("chmod", Chmod.self),
    Applet("chown", Chown.self),
    Applet("cmp", Cmp.self),
    Applet("cp", Cp.self),
    Applet("dd", Dd.self),
    Applet("df", Df.self),
    Applet("du", Du.self),
    Applet("find", Find.self),
    Applet("findmnt", Findmnt.self),
    Applet("gunzip", Gzip.self),
    Applet("gzip", Gzip.self),
    Applet("ln", Ln.self),
    Applet("ls", Ls.self),
    Applet("mkdir", Mkdir.self),
    Applet("mktemp", Mktemp.self),
    Applet("mount", MountList.self),
    Applet("mv", Mv.self),
    Applet("readlink", Readlink.self),
    Applet("realpath", Realpath.self),
    Applet("rm", Rm.self),
    Applet("rmdir", Rmdir.self),
    Applet("stat", Stat.self),
    Applet("tar", Tar.self),
    Applet("touch", Touch.self),
    Applet("tree", Tree.self),
    Applet("truncate", Truncate.self),
    Applet("zcat", Gzip.self),
  ]
}
