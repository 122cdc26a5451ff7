// SHA-256 by the machine's own instructions, where it has them.
#pragma once
#include <stddef.h>
#include <stdint.h>

extern const uint32_t sha256_constants[64];
// 0: this machine has none; nothing was done.
int sha256_by_hardware(uint32_t state[8], const uint8_t *blocks, size_t count);
