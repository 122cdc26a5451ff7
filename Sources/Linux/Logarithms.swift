internal import CLinux

/// log(3).
public func naturalLogarithm(_ value: Double) -> Double { CLinux.log(value) }

/// exp(3).
public func exponential(_ value: Double) -> Double { CLinux.exp(value) }
