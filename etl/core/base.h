/* base.h: what every file of the program starts from: the few attributes, the one spelling of
 * scope-bound release, and the calls that nobody may use because they lose characters, digits or
 * threads.
 *
 * Conventions that hold everywhere (etl/doc/adr/0001):
 *   MUST_CHECK bool f(inputs..., T *out, struct err *err)   true: *out is valid; false: *err is
 * filled, *out untouched. AUTO(x_close) struct x x = {0};                         released at the
 * end of the scope, on every way out. UNSAID                                                  a
 * number that nobody stated; texts say it with NULL. */
#ifndef TAGWERK_CORE_BASE_H
#define TAGWERK_CORE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#define AUTO(release) __attribute__((cleanup(release)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A number nobody stated. Never computed with: ask said() first. */
#define UNSAID INT64_MIN

static inline bool said(int64_t number)
{
    return number != UNSAID;
}

/* Banned (after the headers that declare them): they overflow, forget the error, hold hidden state,
 * or know only one time zone. */
#pragma GCC poison sprintf vsprintf strcpy strcat strncpy strncat strtok gets atoi atol atoll atof \
    strtod
#pragma GCC poison localtime gmtime ctime asctime mktime rand srand tmpnam

#endif
