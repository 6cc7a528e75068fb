#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): for syscall */
#include "bench/spy.h"

#include "cli.h"
#include "core/file.h"
#include "core/gate.h"
#include "harness/harness.h"

#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REPORT_TO "TAGWERK_SPY"

/* ---- in the program ---- */

static atomic_llong allocations, curls, syncs;
static uintptr_t curl_from, curl_until; /* where libcurl's code lies */

static int find_curl(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    if (!strstr(info->dlpi_name, "libcurl"))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t end = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;

        if (info->dlpi_phdr[i].p_type == PT_LOAD && end > curl_until)
            curl_until = end;
    }
    curl_from = info->dlpi_addr;
    return 1;
}

static void count_allocation(const void *caller)
{
    bool curl = (uintptr_t)caller >= curl_from && (uintptr_t)caller < curl_until;

    atomic_fetch_add_explicit(curl ? &curls : &allocations, 1, memory_order_relaxed);
}

/* Ours come before the C library's, for every shared library too. */
// NOLINTBEGIN(bugprone-reserved-identifier): the C library's own, behind ours
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
// NOLINTEND(bugprone-reserved-identifier)

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the C library's are __reserved
void *malloc(size_t size)
{
    count_allocation(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    count_allocation(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    count_allocation(__builtin_return_address(0));
    return __libc_realloc(old, size);
}

/* The C library's would call malloc in libcurl's stead. */
char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __libc_malloc(size);

    count_allocation(__builtin_return_address(0));
    return copy ? memcpy(copy, text, size) : NULL;
}

int fsync(int fd)
{
    atomic_fetch_add_explicit(&syncs, 1, memory_order_relaxed);
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    atomic_fetch_add_explicit(&syncs, 1, memory_order_relaxed);
    return (int)syscall(SYS_fdatasync, fd);
}
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

bool spy_is_program(void)
{
    return getenv(REPORT_TO) != NULL;
}

static int64_t micros(struct timeval span)
{
    return (int64_t)span.tv_sec * 1000000 + (int64_t)span.tv_usec;
}

static void report(const char *path)
{
    struct rusage used = {0};
    struct seen seen = {.allocations = atomic_load(&allocations),
                        .curls = atomic_load(&curls),
                        .syncs = atomic_load(&syncs),
                        .commits = (int64_t)gate_count(GATE_COMMIT)};
    struct err err;

    (void)getrusage(RUSAGE_SELF, &used);
    seen.cpu_us = micros(used.ru_utime) + micros(used.ru_stime);
    seen.peak_kib = used.ru_maxrss;
    if (!file_put(path, &seen, sizeof seen, &err))
        (void)fprintf(stderr, "%s\n", err.text);
}

int spy_main(int argc, char **argv)
{
    int code;

    (void)dl_iterate_phdr(find_curl, NULL);
    code = cli_main(argc, argv);
    report(getenv(REPORT_TO));
    return code;
}

/* ---- in the bench ---- */

static int64_t time_us(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t now_us(void)
{
    return time_us(CLOCK_MONOTONIC);
}

int64_t cpu_us(void)
{
    return time_us(CLOCK_THREAD_CPUTIME_ID);
}

struct seen spy_run(struct world *world, const char *command)
{
    AUTO(buf_done) struct buf bytes = {0};
    const char *path = arena_format(&world->arena, "%s/spy", world->root);
    int64_t begun_us = now_us(), begun_ms = *world->clock_ms, wall_us;
    struct seen seen;
    struct err err;
    int code;

    assert_int_equal(setenv("TAGWERK_BIN", "/proc/self/exe", 1), 0);
    code = world_wait(world_start(world, arena_format(&world->arena, REPORT_TO "=%s", path),
                                  (const char *const[]){command, NULL}));
    wall_us = now_us() - begun_us;
    if (code > 1) /* 1: the shop's broken orders were refused */
        fail_msg("`%s` ended with %d:\n%s", command, code, world_output(world, world->started));
    if (!file_read(path, &bytes, NULL, &err))
        fail_msg("%s", err.text);
    assert_int_equal(bytes.len, sizeof seen);
    memcpy(&seen, bytes.data, sizeof seen);
    seen.wall_us = wall_us;
    seen.waited_ms = *world->clock_ms - begun_ms;
    return seen;
}
