/* harness.h: what every test includes first: cmocka behind the four headers that it needs, and the
 * types that all tests speak of. */
#ifndef TAGWERK_TESTS_HARNESS_H
#define TAGWERK_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/base.h"
#include "core/buf.h"
#include "core/err.h"

/* The error is of that kind, and its text holds these words. */
#define assert_says(err, of_kind, words) says(&(err), of_kind, words, __FILE__, __LINE__)
static inline void says(const struct err *err, enum err_kind kind, const char *words,
                        const char *file, int line)
{
    _assert_int_equal(err->kind, kind, file, line);
    if (strstr(err->text, words))
        return;
    print_error("expected \"%s\" in \"%s\"\n", words, err->text);
    _fail(file, line);
}

#endif
