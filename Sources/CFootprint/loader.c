// What a static program needs of glibc's dynamic loader and of the unwinder, which is next to nothing: nothing is
// loaded, no thread is cancelled, no exception is thrown (75 KB).
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CFootprint.h"
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// glibc looks for the clock of the kernel's vDSO only; its symbols have one version, LINUX_2.6.
struct link_map *_dl_lookup_symbol_x(
    const char *name, struct link_map *map, const ElfW(Sym) **found, void *scope, const void *version, int kind, int flags,
    struct link_map *skipped) {
  (void)scope, (void)version, (void)kind, (void)flags, (void)skipped;
  const ElfW(Sym) *symbols = NULL;
  const char *names = NULL;
  *found = NULL;
  for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
    const void *place = (const char *)map->l_addr + entry->d_un.d_ptr;
    if (entry->d_tag == DT_SYMTAB) symbols = place;
    if (entry->d_tag == DT_STRTAB) names = place;
  }
  // The names follow the symbols.
  for (const ElfW(Sym) *symbol = symbols; symbol && (const char *)(symbol + 1) <= names; symbol++) {
    if (symbol->st_shndx == SHN_UNDEF || strcmp(names + symbol->st_name, name)) continue;
    *found = symbol;
    return map;
  }
  return NULL;
}

// A static program has nothing to relocate late and no search path for libraries.
void _dl_protect_relro(struct link_map *map) { (void)map; }
void _dl_init_paths(const char *path, const char *source, const char *prefixes, const char *mask) {
  (void)path, (void)source, (void)prefixes, (void)mask;
}
const char *_dl_get_origin(void) { return (const char *)-1; }
int __stack_prot = PROT_READ | PROT_WRITE;

// Nothing unwinds: the tables for it are not even in the binary.
void __gcc_personality_v0(void) { abort(); }
void _Unwind_Resume(void) { abort(); }
void _Unwind_ForcedUnwind(void) { abort(); }
void _Unwind_GetCFA(void) { abort(); }

// GLIBC_TUNABLES cannot mask features of the processor: nothing here asks for them.
void _dl_tunable_set_hwcaps(void *value) { (void)value; }
