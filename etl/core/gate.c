#include "core/gate.h"

#include <stdatomic.h>
#include <unistd.h>

static _Atomic uint64_t
    passages[GATE_COUNT]; /* atomic: the inbox writes from its server's thread */

#ifdef TAGWERK_TEST

#define CRASH_EXIT 100

static const char *const gate_names[GATE_COUNT] = {"write",  "sync", "rename", "remove",
                                                   "commit", "call", "answer"};

static uint64_t from_environment(const char *name)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : 0;
}

static void log_passage(uint64_t number, enum gate gate, const char *what)
{
    const char *path = getenv("TAGWERK_GATE_LOG");
    FILE *log = path ? fopen(path, "a") : NULL;

    if (!log)
        return;
    (void)fprintf(log, "%llu %s %s\n", (unsigned long long)number, gate_names[gate], what);
    (void)fclose(log);
}

static bool rehearse(enum gate gate, const char *what, struct err *err)
{
    static _Atomic uint64_t passed;
    uint64_t number = atomic_fetch_add(&passed, 1) + 1;

    log_passage(number, gate, what);
    if (number == from_environment("TAGWERK_CRASH_AT"))
        _exit(CRASH_EXIT); // GCOVR_EXCL_LINE: ends without a word, as a crash does
    if (number == from_environment("TAGWERK_FAIL_AT"))
        return err_set(err, ERR_STORE, "%s of %s fails (TAGWERK_FAIL_AT)", gate_names[gate], what);
    return true;
}

#else

static bool rehearse(enum gate gate, const char *what, struct err *err)
{
    (void)gate;
    (void)what;
    (void)err;
    return true;
}

#endif

bool gate_pass(enum gate gate, const char *what, struct err *err)
{
    atomic_fetch_add_explicit(&passages[gate], 1, memory_order_relaxed);
    return rehearse(gate, what, err);
}

uint64_t gate_count(enum gate gate)
{
    return atomic_load_explicit(&passages[gate], memory_order_relaxed);
}
