#include "sandbox/counts.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/call.h"
#include "sandbox/clock.h"
#include "sandbox/system.h"

enum { NAME_MAX_BYTES = 96, CALLS_MAX = 128, LOG_MAX = 10000 };

struct call_count {
    char name[NAME_MAX_BYTES];
    uint64_t calls;
};

struct system_count {
    uint64_t calls, writes, mutations;
    struct call_count by_call[CALLS_MAX];
    size_t names;
};

struct log_line {
    int64_t at_ms;
    const char *system;
    char call[NAME_MAX_BYTES];
    int status;
    size_t items;
};

static struct system_count counts[SYSTEMS_MAX];
static struct log_line *lines;
static size_t line_count;

static void count_name(struct system_count *s, const char *name)
{
    size_t i = 0;

    while (i < s->names && strcmp(s->by_call[i].name, name) != 0)
        i++;
    if (i == CALLS_MAX)
        return;
    if (i == s->names) {
        text_copy(s->by_call[i].name, NAME_MAX_BYTES, name);
        s->names++;
    }
    s->by_call[i].calls++;
}

void counts_call(const struct call *c)
{
    struct system_count *s = &counts[system_number(c->system)];

    s->calls++;
    s->writes += c->write;
    count_name(s, c->name);
}

void counts_mutations(const char *system, size_t n)
{
    for (size_t i = 0; i < system_count(); i++) {
        if (same_text(system_at(i)->name, system))
            counts[i].mutations += n;
    }
}

void counts_reset(void)
{
    memset(counts, 0, sizeof counts);
    line_count = 0;
}

static int name_order(const void *a, const void *b)
{
    return strcmp(((const struct call_count *)a)->name, ((const struct call_count *)b)->name);
}

static void numbers_text(struct text *t, const struct system_count *s)
{
    text_member_int(t, "calls", (int64_t)s->calls);
    text_member_int(t, "writes", (int64_t)s->writes);
    text_member_int(t, "mutations", (int64_t)s->mutations);
}

static void system_text(struct text *t, struct system_count *s)
{
    text_char(t, '{');
    numbers_text(t, s);
    text_str(t, ",\"by_call\":{");
    qsort(s->by_call, s->names, sizeof *s->by_call, name_order);
    for (size_t i = 0; i < s->names; i++)
        text_member_int(t, s->by_call[i].name, (int64_t)s->by_call[i].calls);
    text_str(t, "}}");
}

void counts_text(struct text *t)
{
    struct system_count all = {0};

    for (size_t i = 0; i < system_count(); i++) {
        all.calls += counts[i].calls;
        all.writes += counts[i].writes;
        all.mutations += counts[i].mutations;
    }
    text_char(t, '{');
    numbers_text(t, &all);
    for (size_t i = 0; i < system_count(); i++) {
        text_member_raw(t, system_at(i)->name, "");
        system_text(t, &counts[i]);
    }
    text_char(t, '}');
}

void log_call(const struct call *c)
{
    struct log_line *line;

    if (!lines)
        lines = mem_need(LOG_MAX * sizeof *lines);
    line = &lines[line_count++ % LOG_MAX];
    *line = (struct log_line){.at_ms = clock_ms(),
                              .system = c->system->name,
                              .status = c->reply.status,
                              .items = c->items};
    text_copy(line->call, NAME_MAX_BYTES, c->name);
}

void log_text(struct text *t)
{
    size_t from = line_count > LOG_MAX ? line_count - LOG_MAX : 0;

    text_char(t, '[');
    for (size_t i = from; i < line_count; i++) {
        const struct log_line *line = &lines[i % LOG_MAX];

        text_str(t, i > from ? ",{" : "{");
        text_member_int(t, "at_ms", line->at_ms);
        text_member(t, "system", line->system);
        text_member(t, "call", line->call);
        text_member_int(t, "status", line->status);
        text_member_int(t, "items", (int64_t)line->items);
        text_char(t, '}');
    }
    text_char(t, ']');
}

void counts_done(void)
{
    free(lines);
    lines = NULL;
}
