/*
 * The sandbox: one program that plays the systems on 127.0.0.1, for tests and for people.
 *
 * Stateful and strict, from the API references only. README.md says what it serves.
 */
#include <libxml/parser.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/clock.h"
#include "sandbox/control.h"
#include "sandbox/counts.h"
#include "sandbox/hook.h"
#include "sandbox/serve.h"
#include "sandbox/shop.h"
#include "sandbox/switches.h"
#include "sandbox/system.h"

struct options {
    int64_t port, latency_ms, fill;
    const char *clock;
    bool help, fills;
};

static const char usage[] =
    "usage: sandbox [--port N] [--clock FILE] [--latency MS] [--fill SEED]\n"
    "\n"
    "Plays Afterbuy, Sendcloud, Billbee and wemalo on 127.0.0.1, in memory.\n"
    "\n"
    "  --port N      listen there; 0, the default, takes any free port\n"
    "  --clock FILE  take the time from this file: 8 bytes, a native int64, milliseconds since "
    "1970\n"
    "  --latency MS  let every answer take that long\n"
    "  --fill SEED   begin with one day and a half of a German shop, of that seed\n"
    "\n"
    "When it listens it prints `sandbox: ready on http://127.0.0.1:PORT`. SIGTERM and SIGINT end "
    "it.\n"
    "Afterbuy is at /afterbuy/, Sendcloud at /api/, Billbee at /billbee/, wemalo at /wemalo/v1/,\n"
    "the controls at /_control/; see README.md.\n"
    "\n"
    "Switches (POST /_control/switches) and their defaults:\n";

void run_call(struct call *c)
{
    if (strncmp(c->path, CONTROL_PREFIX, strlen(CONTROL_PREFIX)) == 0) {
        control_serve(c);
        return;
    }
    c->system = system_by_path(c->path);
    if (!c->system) {
        call_answer_text(c, 404, "text/plain", "sandbox: no system lives at this path\n");
        return;
    }
    c->system->identify(c);
    counts_call(c);
    fault_pick(c);
    if (!fault_before(c)) {
        c->system->serve(c);
        fault_after(c);
    }
    fault_settle(c);
    log_call(c);
}

/* Takes the number behind an option. */
static bool option_number(char **args, int *at, int64_t *out)
{
    return args[*at + 1] && int_of(args[++*at], out) && *out >= 0;
}

static bool options_read(struct options *o, char **args)
{
    for (int i = 1; args[i]; i++) {
        bool ok;

        if (strcmp(args[i], "--help") == 0) {
            ok = o->help = true;
        } else if (strcmp(args[i], "--port") == 0) {
            ok = option_number(args, &i, &o->port) && o->port <= UINT16_MAX;
        } else if (strcmp(args[i], "--latency") == 0) {
            ok = option_number(args, &i, &o->latency_ms);
        } else if (strcmp(args[i], "--fill") == 0) {
            ok = o->fills = option_number(args, &i, &o->fill);
        } else if (strcmp(args[i], "--clock") == 0) {
            o->clock = args[++i];
            ok = o->clock != NULL;
        } else {
            ok = false;
        }
        if (!ok)
            return false;
    }
    return true;
}

static void print_help(void)
{
    struct text t = {0};

    text_str(&t, usage);
    switch_help(&t);
    (void)fputs(t.s, stdout);
    text_done(&t);
}

static void fill_at_start(int64_t seed)
{
    json_t *said = json_pack("{s:I}", "seed", (json_int_t)seed);
    struct text report = {0};

    (void)shop_fill(said, &report);
    text_done(&report);
    json_decref(said);
}

static int run(const struct options *o, const sigset_t *ends)
{
    uint16_t port;
    int signal_number;

    (void)hook_open();
    for (size_t i = 0; i < system_count(); i++)
        system_at(i)->open();
    if (o->fills)
        fill_at_start(o->fill);
    switch_put(SWITCH_LATENCY_MS, o->latency_ms);
    port = serve_open((uint16_t)o->port);
    if (!port) {
        (void)fputs("sandbox: cannot listen\n", stderr);
        return EXIT_FAILURE;
    }
    (void)printf("sandbox: ready on http://127.0.0.1:%u\n", (unsigned)port);
    (void)fflush(stdout);
    (void)sigwait(ends, &signal_number);
    serve_done();
    hook_done();
    for (size_t i = 0; i < system_count(); i++)
        system_at(i)->done();
    counts_done();
    fault_clear();
    switch_reset();
    clock_close();
    xmlCleanupParser();
    return EXIT_SUCCESS;
}

int main(int count, char **args)
{
    struct options o = {0};
    sigset_t ends;

    (void)count;
    if (!options_read(&o, args)) {
        (void)fputs(usage, stderr);
        return 64;
    }
    if (o.help) {
        print_help();
        return EXIT_SUCCESS;
    }
    if ((o.clock && !clock_open(o.clock)) || sodium_init() < 0)
        return EXIT_FAILURE;
    xmlInitParser();
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return run(&o, &ends);
}
