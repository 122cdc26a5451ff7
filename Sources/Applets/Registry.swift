public import Box
internal import FileApplets
internal import ProcessApplets
internal import ShellApplets
internal import SystemApplets
internal import TargetApplets
internal import TextApplets

/// Every name the box answers to, in byte order.
public func registry() -> [Applet] {
  [
    Applet("[", Test.self),
    Applet("ash", Sh.self),
    Applet("basename", Basename.self),
    Applet("bash", Sh.self),
    Applet("busybox", Debugbox.self),
    Applet("capsh", Capsh.self),
    Applet("cat", Cat.self),
    Applet("dash", Sh.self),
    Applet("date", Date.self),
    Applet("debugbox", Debugbox.self),
    Applet("dirname", Dirname.self),
    Applet("echo", Echo.self),
    Applet("enter", Enter.self),
    Applet("env", Env.self),
    Applet("false", False.self),
    Applet("free", Free.self),
    Applet("getpcaps", Getpcaps.self),
    Applet("head", Head.self),
    Applet("hostname", Hostname.self),
    Applet("id", Id.self),
    Applet("kill", Kill.self),
    Applet("killall", Killall.self),
    Applet("ls", Ls.self),
    Applet("ls-proc-root", LsProcRoot.self),
    Applet("nproc", Nproc.self),
    Applet("penv", Penv.self),
    Applet("pgrep", Pgrep.self),
    Applet("pidof", Pidof.self),
    Applet("pkill", Pkill.self),
    Applet("printenv", Printenv.self),
    Applet("printf", Printf.self),
    Applet("ps", Ps.self),
    Applet("pstree", Pstree.self),
    Applet("pwd", Pwd.self),
    Applet("readlink", Readlink.self),
    Applet("realpath", Realpath.self),
    Applet("self-check", SelfCheck.self),
    Applet("seq", Seq.self),
    Applet("sh", Sh.self),
    Applet("sleep", Sleep.self),
    Applet("stat", Stat.self),
    Applet("sync", Sync.self),
    Applet("tail", Tail.self),
    Applet("test", Test.self),
    Applet("true", True.self),
    Applet("tty", Tty.self),
    Applet("uname", Uname.self),
    Applet("uptime", Uptime.self),
    Applet("vmstat", Vmstat.self),
    Applet("which", Which.self),
    Applet("whoami", Whoami.self),
    Applet("why", Why.self),
    Applet("yes", Yes.self),
    Applet("zsh", Sh.self),
  ]
}
