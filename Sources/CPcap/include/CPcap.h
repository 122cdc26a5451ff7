// libpcap's compiler of filter expressions, and nothing else of libpcap.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>
#include <stdint.h>

struct cpcap_instruction {
  uint16_t code;
  uint8_t jump_true, jump_false;
  uint32_t operand;
};

// Compiles `expression` for packets of `link_type`, of which `snapshot` bytes are kept. `error` is PCAP_ERRBUF_SIZE
// (256) bytes. The count of instructions in `*program`, which cpcap_free takes, or -1.
int cpcap_compile(const char *expression, int link_type, int snapshot, int optimize, uint32_t netmask,
                  struct cpcap_instruction **program, char *error);
void cpcap_free(struct cpcap_instruction *program);

// The number of the link type called `name`, -1 where there is none; and back, NULL where there is no name.
int cpcap_link_type(const char *name);
const char *cpcap_link_type_name(int link_type);
const char *cpcap_link_type_description(int link_type);

// Static glibc knows no names. What the compiler asks for and we have not been told of is `wanted`: 'h' a host,
// 's' a service, 'n' nothing. Hosts (4 or 16 bytes) and services are known until they are forgotten.
char cpcap_wanted(const char **name);
int cpcap_know_host(const char *name, const void *address, size_t size);
int cpcap_know_service(const char *name, int is_tcp, uint16_t port);
// The wanted name has been looked up.
void cpcap_satisfied(void);
void cpcap_forget(void);
