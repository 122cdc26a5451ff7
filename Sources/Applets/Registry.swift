public import Box
internal import CaptureApplets
internal import DotnetApplets
internal import FileApplets
internal import HTTPApplets
internal import JVMApplets
internal import NetworkApplets
internal import ProbeApplets
internal import ProcessApplets
internal import RuntimeApplets
internal import ShellApplets
internal import SocketApplets
internal import SystemApplets
internal import TLSApplets
internal import TargetApplets
internal import TerminalApplets
internal import TextApplets

/// Every name the box answers to.
public func registry() -> Registry {
  Registry([
    boxApplets, shellApplets, processApplets, fileApplets, textApplets, systemApplets,
    targetApplets, networkApplets, probeApplets, httpApplets, tlsApplets, socketApplets,
    captureApplets, jvmApplets, dotnetApplets, runtimeApplets, terminalApplets,
  ])
}

private func boxApplets() -> [Applet] {
  [Applet("busybox", Debugbox.self), Applet("debugbox", Debugbox.self)]
}
