/* floor.h: the least that a transform can cost: to inflate the staged file it reads, and to deflate
 * (level 1) the bytes it writes, with zlib, on one thread, and nothing else.
 *
 * Units: _us of processor time. */
#ifndef TAGWERK_BENCH_FLOOR_H
#define TAGWERK_BENCH_FLOOR_H

#include "core/base.h"

int64_t floor_us(const char *in_path, const char *out_path);

#endif
