// libproc2: what it knows better than we (memory, vmstat, disks, slabs, uptime and load).
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <libproc2/diskstats.h>
#include <libproc2/meminfo.h>
#include <libproc2/misc.h>
#include <libproc2/slabinfo.h>
#include <libproc2/stat.h>
#include <libproc2/vmstat.h>
