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
public func registry() -> [Applet] {
  var applets: [Applet] = []
  applets.reserveCapacity(256)
  applets.append(Applet("busybox", Debugbox.self))
  applets.append(Applet("debugbox", Debugbox.self))
  applets += captureApplets()
  applets += dotnetApplets()
  applets += fileApplets()
  applets += httpApplets()
  applets += jvmApplets()
  applets += networkApplets()
  applets += probeApplets()
  applets += processApplets()
  applets += runtimeApplets()
  applets += shellApplets()
  applets += socketApplets()
  applets += systemApplets()
  applets += tlsApplets()
  applets += targetApplets()
  applets += terminalApplets()
  applets += textApplets()
  return applets
}
