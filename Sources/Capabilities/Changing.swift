internal import CCap

/// Changes of our own capability sets, libcap.
extension CapabilitySet {
  /// Makes this the inheritable set; false where the kernel refuses.
  public func becomeInheritable() -> Bool {
    guard let state = cap_get_proc() else { return false }
    defer { cap_free(UnsafeMutableRawPointer(state)) }
    for number in Int32(0)..<cap_max_bits() {
      var value = number
      let flag = contains(Capability(number)) ? CAP_SET : CAP_CLEAR
      guard cap_set_flag(state, CAP_INHERITABLE, 1, &value, flag) == 0 else { return false }
    }
    return cap_set_proc(state) == 0
  }

  /// Makes this the ambient set.
  public func becomeAmbient() -> Bool {
    guard cap_reset_ambient() == 0 else { return false }
    for number in Int32(0)..<cap_max_bits() where contains(Capability(number)) {
      guard cap_set_ambient(number, CAP_SET) == 0 else { return false }
    }
    return true
  }

  /// Drops from the bounding set what is not in this.
  public func becomeBounding() -> Bool {
    for number in Int32(0)..<cap_max_bits() where !contains(Capability(number)) {
      if cap_get_bound(number) == 1, cap_drop_bound(number) != 0 { return false }
    }
    return true
  }
}
