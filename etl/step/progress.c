#include "step/progress.h"

#include "core/clock.h"

#include <inttypes.h>
#include <unistd.h>

#define REDRAW_MS 100
#define ERASE "\r\033[K"

void progress_open(struct progress *progress)
{
    *progress = (struct progress){.shown = isatty(STDERR_FILENO) == 1};
}

void progress_begin(struct progress *progress, const char *step, const char *route,
                    const char *flow)
{
    progress->begun_ms = clock_steady_ms();
    progress->drawn_ms = 0;
    (void)snprintf(progress->title, sizeof progress->title, "%-9s %s %s", step, route, flow);
}

static void draw(struct progress *progress, uint64_t records, uint64_t calls, const char *waits_for,
                 const char *end)
{
    int64_t spent_ms = clock_steady_ms() - progress->begun_ms;
    uint64_t rate = spent_ms > 0 ? records * 1000 / (uint64_t)spent_ms : records;

    (void)fprintf(stderr, ERASE "%s  %" PRIu64 " records  %" PRIu64 " calls  %" PRIu64 "/s%s%s%s",
                  progress->title, records, calls, rate, waits_for ? "  waits: " : "",
                  waits_for ? waits_for : "", end);
    (void)fflush(stderr);
}

void progress_show(struct progress *progress, uint64_t records, uint64_t calls,
                   const char *waits_for)
{
    int64_t now_ms = clock_steady_ms();

    if (!progress->shown || now_ms - progress->drawn_ms < REDRAW_MS)
        return;
    progress->drawn_ms = now_ms;
    draw(progress, records, calls, waits_for, "");
}

void progress_end(struct progress *progress, uint64_t records, uint64_t calls)
{
    if (progress->shown)
        draw(progress, records, calls, NULL, "\n");
}
