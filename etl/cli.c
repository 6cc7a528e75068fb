#include "cli.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"
#include "step/inspect.h"
#include "step/receive.h"
#include "step/step.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef TAGWERK_VERSION
#define TAGWERK_VERSION "dev"
#endif

#define WORDS_MAX 2

/* What stands on the command line. */
struct call {
    const char *home, *config, *only_route;
    const char *words[WORDS_MAX]; /* the command and what it is about */
    size_t words_len;
    bool quiet;
    bool raw; /* rerun: from the answers as they came */
    struct arena arena;
    struct plan plan;
};

static int complain(const struct err *err, enum exit_code code)
{
    (void)fprintf(stderr, "tagwerk: %s\n", err->text);
    return (int)code;
}

static enum exit_code code_of(const struct err *err)
{
    switch (err->kind) {
    case ERR_SETUP:
        return EXIT_SETUP;
    case ERR_STORE:
        return EXIT_STORE;
    case ERR_NONE:
    case ERR_RECORD:
    case ERR_RETRY:
    case ERR_SYSTEM:
        break;
    }
    return EXIT_SYSTEM;
}

static bool is_chosen(const struct call *call, const struct route *route)
{
    return !call->only_route || text_same(call->only_route, route->name);
}

/* ---- the table at the end of a run ---- */

static void print_flow(const struct route *route, const struct flow *flow,
                       const struct tally *tally)
{
    uint64_t source = 0;

    for (size_t s = 0; s < STATE_COUNT; s++)
        source += tally->states[s];
    (void)printf("%-24s %-10s %7llu", route->name, kind_name(flow->kind),
                 (unsigned long long)source);
    for (size_t s = 0; s < STATE_COUNT; s++)
        (void)printf(
            " %*llu",
            (int)strlen(state_name((enum state)s)) > 5 ? (int)strlen(state_name((enum state)s)) : 5,
            (unsigned long long)tally->states[s]);
    (void)printf(" %6llu %7llu%s\n", (unsigned long long)tally->calls,
                 (unsigned long long)tally->writes, tally->failed ? "  FAILED" : "");
    if (tally->failed)
        (void)printf("    %s\n", tally->trouble);
}

static void print_balance(const struct call *call, const struct job *job)
{
    if (call->quiet)
        return;
    (void)printf("%-24s %-10s %7s", "route", "flow", "source");
    for (size_t s = 0; s < STATE_COUNT; s++)
        (void)printf(" %5s", state_name((enum state)s));
    (void)printf(" %6s %7s\n", "calls", "writes");
    for (size_t r = 0; r < call->plan.routes_len; r++) {
        const struct route *route = &call->plan.routes[r];

        for (size_t f = 0; is_chosen(call, route) && f < route->flows_len; f++)
            print_flow(route, &route->flows[f], &job->tallies[r][route->flows[f].kind]);
    }
}

static void log_flows(const struct job *job)
{
    for (size_t r = 0; r < job->plan->routes_len; r++)
        for (size_t f = 0; f < job->plan->routes[r].flows_len; f++) {
            const struct flow *flow = &job->plan->routes[r].flows[f];
            const struct tally *tally = &job->tallies[r][flow->kind];
            char numbers[STATE_COUNT][24];

            for (size_t s = 0; s < STATE_COUNT; s++)
                (void)snprintf(numbers[s], sizeof numbers[s], "%llu",
                               (unsigned long long)tally->states[s]);
            log_event(LOG_INFO, "flow", "run", job->run, "route", flow->route->name, "flow",
                      kind_name(flow->kind), "sent", numbers[STATE_SENT], "same",
                      numbers[STATE_SAME], "skipped", numbers[STATE_SKIPPED], "refused",
                      numbers[STATE_REFUSED], "waiting", numbers[STATE_WAITING], "unsure",
                      numbers[STATE_UNSURE], "unexplained", numbers[STATE_UNEXPLAINED], NULL);
        }
}

/* ---- runs ---- */

enum { DO_EXTRACT = 1, DO_TRANSFORM = 2, DO_LOAD = 4, DO_REPORT = 8 };

static bool note_run(struct job *job, const struct route *route, unsigned steps, bool ended,
                     struct err *err)
{
    struct run_row row = {.run = job->run,
                          .route = route->name,
                          .command = job->command,
                          .begun_utc = job->begun_utc,
                          .ended_utc = ended ? clock_utc() : UNSAID,
                          .exit_code = ended ? (int64_t)job_exit_code(job) : UNSAID,
                          .extracted = steps & DO_EXTRACT,
                          .transformed = steps & DO_TRANSFORM,
                          .loaded = steps & DO_LOAD,
                          .reported = steps & DO_REPORT};

    return ledger_begin(job->ledger, err) && ledger_run_put(job->ledger, &row, err) &&
           ledger_commit(job->ledger, err);
}

static bool extract_route(struct job *job, const struct route *route, const char *folder,
                          struct err *err)
{
    for (size_t f = 0; f < route->flows_len; f++)
        if (!extract_flow(job, &route->flows[f], folder, err))
            return false;
    return true;
}

static bool transform_route(struct job *job, const struct route *route, const char *folder,
                            struct err *err)
{
    for (size_t f = 0; f < route->flows_len; f++)
        if (!transform_flow(job, &route->flows[f], folder, folder, err))
            return false;
    return true;
}

static bool load_route(struct job *job, const struct route *route, const char *folder,
                       struct err *err)
{
    for (size_t f = 0; f < route->flows_len; f++)
        if (!load_flow(job, &route->flows[f], folder, err))
            return false;
    return true;
}

static bool report_whole_route(struct call *call, struct job *job, const struct route *route,
                               const char *folder, struct err *err)
{
    char lookup[PATH_SIZE];
    struct reasons *reasons;

    for (size_t f = 0; f < route->flows_len; f++)
        if (!report_flow(job, &route->flows[f], folder, err))
            return false;
    return path_join(lookup, err, call->plan.home, "mappings", "lookup", NULL) &&
           reasons_load(lookup, &call->arena, &reasons, err) &&
           report_days(job, route, reasons, err) &&
           (!file_exists(folder) || report_manifest(job, route, folder, err));
}

/* A step by itself goes on with the newest run that was staged. */
static bool choose_run(struct job *job, const struct route *route, unsigned steps,
                       char folder[static PATH_SIZE], struct err *err)
{
    struct staged_run *runs;
    size_t count;

    if (steps & DO_EXTRACT)
        return run_folder(job, route->name, job->run, folder, err);
    if (!staging_runs(job->plan->home, route->name, job->arena, &runs, &count, err))
        return false;
    if (count == 0)
        return err_set(err, ERR_STORE,
                       "route %s: nothing is staged yet; begin with `tagwerk extract`",
                       route->name);
    (void)snprintf(job->run, sizeof job->run, "%s", runs[0].run);
    (void)snprintf(folder, PATH_SIZE, "%s", runs[0].folder);
    return run_begun(job->run, &job->begun_utc, err);
}

static bool run_route(struct call *call, struct job *job, const struct route *route, unsigned steps,
                      struct err *err)
{
    char folder[PATH_SIZE];

    if (!choose_run(job, route, steps, folder, err) || !note_run(job, route, 0, false, err))
        return false;
    if ((steps & DO_EXTRACT) && !extract_route(job, route, folder, err))
        return false;
    if ((steps & DO_TRANSFORM) && !transform_route(job, route, folder, err))
        return false;
    if ((steps & DO_LOAD) && !load_route(job, route, folder, err))
        return false;
    if ((steps & DO_REPORT) && !report_whole_route(call, job, route, folder, err))
        return false;
    return note_run(job, route, steps, true, err);
}

static int finish_run(struct call *call, struct job *job)
{
    enum exit_code code = job_exit_code(job);

    log_flows(job);
    print_balance(call, job);
    return (int)code;
}

static int run_steps(struct call *call, unsigned steps)
{
    AUTO(job_close) struct job job = {0};
    struct err err = {0};
    bool locked;

    if (!job_open(&call->plan, call->words[0], &call->arena, &job, &locked, &err))
        return complain(&err, locked ? EXIT_LOCKED : code_of(&err));
    for (size_t r = 0; r < call->plan.routes_len; r++)
        if (is_chosen(call, &call->plan.routes[r]) &&
            !run_route(call, &job, &call->plan.routes[r], steps, &err))
            return complain(&err, code_of(&err));
    return finish_run(call, &job);
}

static int command_run(struct call *call)
{
    return run_steps(call, DO_EXTRACT | DO_TRANSFORM | DO_LOAD | DO_REPORT);
}

static int command_extract(struct call *call)
{
    return run_steps(call, DO_EXTRACT);
}

static int command_transform(struct call *call)
{
    return run_steps(call, DO_TRANSFORM);
}

static int command_load(struct call *call)
{
    return run_steps(call, DO_LOAD);
}

static int command_report(struct call *call)
{
    return run_steps(call, DO_REPORT);
}

/* ---- rerun ---- */

/* The newest staged copy of a flow that holds the whole day: of its records (stage "in"), or of the
 * answers ("raw"), which a rerun has none of its own. */
static bool find_staged_day(struct job *job, const struct flow *flow, const char *stage,
                            char folder[static PATH_SIZE], bool *found, struct err *err)
{
    struct zone zone = job->plan->zone;
    int64_t from_utc = zone_day_start(&zone, job->only_day);
    struct staged_run *runs;
    size_t count;

    *found = false;
    if (!staging_runs(job->plan->home, flow->route->name, job->arena, &runs, &count, err))
        return false;
    for (size_t i = 0; i < count && !*found; i++) {
        AUTO(staging_in_close) struct staging_in in = {0};
        char path[PATH_SIZE];

        if (!staging_file(runs[i].folder, flow->kind, stage, path, err))
            return false;
        if (!file_exists(path))
            continue;
        if (!staging_open(path, job->arena, &in, err))
            return false;
        *found = in.head.from_utc <= from_utc && in.head.until_utc > from_utc;
        (void)snprintf(folder, PATH_SIZE, "%s", runs[i].folder);
    }
    return true;
}

/* From the records that were read, or, with --raw, from the answers as they came. */
static bool rerun_fed_flow(const struct call *call, struct job *job, const struct flow *flow,
                           const char *folder, size_t *flows, struct err *err)
{
    char staged[PATH_SIZE];
    const char *from = call->raw ? folder : staged;
    bool found;

    if (!find_staged_day(job, flow, call->raw ? "raw" : "in", staged, &found, err))
        return false;
    if (found && call->raw && !reread_flow(job, flow, staged, folder, err))
        return false;
    if (found && !transform_flow(job, flow, from, folder, err))
        return false;
    *flows += found;
    return load_flow(job, flow, folder, err) && (!found || report_flow(job, flow, from, err));
}

static bool rerun_flow(const struct call *call, struct job *job, const struct flow *flow,
                       const char *folder, size_t *flows, struct err *err)
{
    if (flow->kind == KIND_ARTICLES)
        return true; /* the catalogue has no days */
    return flow->feed ? rerun_fed_flow(call, job, flow, folder, flows, err)
                      : load_flow(job, flow, folder, err);
}

static bool rerun_route(struct call *call, struct job *job, const struct route *route,
                        struct err *err)
{
    char folder[PATH_SIZE], lookup[PATH_SIZE];
    struct reasons *reasons;
    size_t flows = 0;

    if (!run_folder(job, route->name, job->run, folder, err) ||
        !note_run(job, route, 0, false, err))
        return false;
    for (size_t f = 0; f < route->flows_len; f++)
        if (!rerun_flow(call, job, &route->flows[f], folder, &flows, err))
            return false;
    if (flows == 0)
        return err_set(
            err, ERR_STORE,
            "route %s: no staged run holds %s; `tagwerk run` fetches today and yesterday",
            route->name, call->words[1]);
    return path_join(lookup, err, call->plan.home, "mappings", "lookup", NULL) &&
           reasons_load(lookup, &call->arena, &reasons, err) &&
           report_days(job, route, reasons, err) && report_manifest(job, route, folder, err) &&
           note_run(job, route, DO_TRANSFORM | DO_LOAD | DO_REPORT, true, err);
}

static int command_rerun(struct call *call)
{
    AUTO(job_close) struct job job = {0};
    struct err err = {0};
    int64_t day;
    bool locked;

    if (!day_parse(call->words[1], &day, &err))
        return complain(&err, EXIT_USAGE);
    if (!job_open(&call->plan, "rerun", &call->arena, &job, &locked, &err))
        return complain(&err, locked ? EXIT_LOCKED : code_of(&err));
    job.only_day = day;
    job.retry_refused = true;
    for (size_t r = 0; r < call->plan.routes_len; r++)
        if (is_chosen(call, &call->plan.routes[r]) &&
            !rerun_route(call, &job, &call->plan.routes[r], &err))
            return complain(&err, code_of(&err));
    return finish_run(call, &job);
}

/* ---- looking ---- */

static int command_check(struct call *call)
{
    (void)printf("%s: sound: %zu accounts, %zu routes\n", call->plan.home, call->plan.accounts_len,
                 call->plan.routes_len);
    inspect_plan(&call->plan);
    return EXIT_BALANCED;
}

static int looked(const struct err *err, bool good, int code)
{
    return good ? code : complain(err, code_of(err));
}

static int command_doctor(struct call *call)
{
    struct err err = {0};
    int code = EXIT_BALANCED;
    bool good = inspect_accounts(&call->plan, &call->arena, &code, &err);

    return looked(&err, good, code);
}

static int command_status(struct call *call)
{
    struct err err = {0};
    bool good = inspect_status(&call->plan, &call->arena, &err);

    return looked(&err, good, EXIT_BALANCED);
}

static int command_explain(struct call *call)
{
    struct err err = {0};
    int code = EXIT_BALANCED;
    bool good = inspect_order(&call->plan, call->words[1], &call->arena, &code, &err);

    return looked(&err, good, code);
}

static int command_inbox(struct call *call)
{
    struct err err = {0};

    if (!text_same(call->words[1], "serve")) {
        (void)fprintf(stderr, "tagwerk: inbox knows one word: serve\n");
        return EXIT_USAGE;
    }
    return looked(&err, receive_serve(&call->plan, &call->arena, &err), EXIT_BALANCED);
}

static int command_systems(struct call *call)
{
    (void)call;
    inspect_systems();
    return EXIT_BALANCED;
}

static int command_example(struct call *call)
{
    (void)call;
    inspect_example();
    return EXIT_BALANCED;
}

static int command_version(struct call *call)
{
    (void)call;
    (void)puts("tagwerk " TAGWERK_VERSION);
    return EXIT_BALANCED;
}

static int command_help(struct call *call);

struct command {
    const char *name, *argument, *help;
    int (*run)(struct call *call);
    bool needs_plan;
};

static const struct command commands[] = {
    {"run", NULL, "extract, transform, load and report everything that is due", command_run, true},
    {"extract", NULL, "read the sources into staging", command_extract, true},
    {"transform", NULL, "apply the mappings to what is staged", command_transform, true},
    {"load", NULL, "bring what is mapped to the targets", command_load, true},
    {"report", NULL, "write the reconciliation reports", command_report, true},
    {"rerun", "DAY",
     "do a day again from staging; refused records are tried again (--raw: read the answers anew)",
     command_rerun, true},
    {"check", NULL, "configuration and mappings, offline", command_check, true},
    {"doctor", NULL, "each account: reachable, credentials, clock, limits; read-only",
     command_doctor, true},
    {"status", NULL, "last runs, watermarks, what is open, calls of the month", command_status,
     true},
    {"explain", "ORDER", "the life of one order on one screen", command_explain, true},
    {"systems", NULL, "what each system can give and take", command_systems, false},
    {"inbox", "serve", "receive webhooks", command_inbox, true},
    {"example", NULL, "print a configuration with every option", command_example, false},
    {"version", NULL, "print the version", command_version, false},
    {"help", NULL, "this list", command_help, false},
};

static int command_help(struct call *call)
{
    (void)call;
    (void)puts(
        "usage: tagwerk [--home DIR] [--config FILE] [--route NAME] [--quiet] [--raw] COMMAND\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        (void)printf("  %-10s %-6s %s\n", commands[i].name,
                     commands[i].argument ? commands[i].argument : "", commands[i].help);
    (void)puts("\nExit codes: 0 balanced, 1 some refused, 2 a system failed, 3 configuration or "
               "mapping wrong,\n"
               "4 disk or ledger, 5 another run holds the lock, 6 in doubt, 7 the balance is not "
               "zero, 64 usage.\n"
               "`man tagwerk` tells the rest.");
    return EXIT_BALANCED;
}

/* ---- the command line ---- */

static int usage(const char *what, const char *word)
{
    (void)fprintf(stderr, "tagwerk: %s%s%s%s; see `tagwerk help`\n", what, word ? " '" : "",
                  word ? word : "", word ? "'" : "");
    return EXIT_USAGE;
}

/* Options with a value; false: `word` is none of them. */
static bool take_value(struct call *call, const char *word, const char *value)
{
    const struct {
        const char *name;
        const char **slot;
    } options[] = {
        {"--home", &call->home}, {"--config", &call->config}, {"--route", &call->only_route}};

    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (!text_same(word, options[i].name) || !value)
            continue;
        *options[i].slot = value;
        return true;
    }
    return false;
}

/* Options without a value, and those that are a command; false: `word` is none of them. */
static bool take_switch(struct call *call, const char *word)
{
    static const char *const commands_too[][2] = {
        {"--help", "help"}, {"-h", "help"}, {"--version", "version"}};

    if (text_same(word, "--quiet") || text_same(word, "-q"))
        return call->quiet = true;
    if (text_same(word, "--raw"))
        return call->raw = true;
    for (size_t i = 0; i < ARRAY_LEN(commands_too); i++) {
        if (!text_same(word, commands_too[i][0]))
            continue;
        call->words[call->words_len++] = commands_too[i][1];
        return true;
    }
    return false;
}

static int read_words(struct call *call, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (call->words_len == WORDS_MAX)
            return usage("too many words:", argv[i]);
        if (take_switch(call, argv[i]))
            continue;
        if (take_value(call, argv[i], i + 1 < argc ? argv[i + 1] : NULL))
            i++;
        else if (argv[i][0] == '-')
            return usage("unknown option, or its value is missing:", argv[i]);
        else
            call->words[call->words_len++] = argv[i];
    }
    return EXIT_BALANCED;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (text_same(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[ARRAY_LEN(commands) + 1] = {NULL};
    const char *nearest;

    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        names[i] = commands[i].name;
    nearest = text_nearest(name, names);
    if (nearest) {
        (void)fprintf(stderr, "tagwerk: there is no command '%s'; did you mean '%s'?\n", name,
                      nearest);
        return EXIT_USAGE;
    }
    return usage("there is no command", name);
}

static int with_plan(struct call *call, const struct command *command)
{
    struct err err = {0};
    int code;

    if (!plan_load(call->home, call->config, &call->arena, &call->plan, &err))
        return complain(&err, code_of(&err));
    if (call->only_route && !plan_route(&call->plan, call->only_route)) {
        plan_close(&call->plan);
        return usage("there is no route", call->only_route);
    }
    code = command->run(call);
    plan_close(&call->plan);
    return code;
}

static int dispatch(struct call *call)
{
    const struct command *command = find_command(call->words[0]);
    struct err err = {0};

    if (!command)
        return unknown_command(call->words[0]);
    if (command->argument && call->words_len < 2)
        return usage("this command needs more:", command->argument);
    if (!command->argument && call->words_len > 1)
        return usage("too many words:", call->words[1]);
    if (!clock_open(&err) || !hash_open(&err))
        return complain(&err, code_of(&err));
    return command->needs_plan ? with_plan(call, command) : command->run(call);
}

/* Started without standard streams, a file of ours could get their numbers, and messages would be
 * written into it. */
static void open_streams(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

int cli_main(int argc, char **argv)
{
    struct call call = {.home = "."};
    int code = read_words(&call, argc, argv);

    open_streams();
    (void)umask(077);
    if (isatty(STDERR_FILENO)) /* people see the table; cron's mail and the journal get the facts */
        log_level_set(LOG_WARN);
    if (code == EXIT_BALANCED && call.words_len == 0)
        code = usage("say what to do", NULL);
    else if (code == EXIT_BALANCED)
        code = dispatch(&call);
    arena_done(&call.arena);
    return code;
}
