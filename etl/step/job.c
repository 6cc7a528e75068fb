#include "step/step.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"

#include <inttypes.h>
#include <unistd.h>

static void make_run_id(int64_t now_ms, char out[static RUN_ID_SIZE])
{
    struct civil c = civil_from_seconds(now_ms / 1000);

    (void)snprintf(out, RUN_ID_SIZE, "%04u%02u%02uT%02u%02u%02u.%03uZ", (unsigned)c.year % 10000U,
                   (unsigned)c.month % 100U, (unsigned)c.day % 100U, (unsigned)c.hour % 100U,
                   (unsigned)c.minute % 100U, (unsigned)c.second % 100U,
                   (unsigned)(now_ms % 1000) % 1000U);
}

bool run_begun(const char *run, int64_t *out_utc, struct err *err)
{
    char iso[ISO_TEXT_SIZE];

    if (strlen(run) < 15 || run[8] != 'T')
        return err_set(err, ERR_STORE, "'%.30s' is no run", run);
    (void)snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", run, run + 4, run + 6,
                   run + 9, run + 11, run + 13);
    return iso_parse(iso, out_utc, err);
}

bool run_folder(const struct job *job, const char *route, const char *run,
                char out[static PATH_SIZE], struct err *err)
{
    struct zone zone = job->plan->zone;
    int64_t begun_utc = 0;

    return run_begun(run, &begun_utc, err) &&
           staging_folder(job->plan->home, route, zone_day(&zone, begun_utc), run, out, err);
}

/* Two runs never share an id, even where the clock stands still: the next free millisecond is
 * taken. */
static bool take_run_id(struct job *job, struct err *err)
{
    struct run_row *rows = NULL;
    size_t count = 0;
    int64_t now_ms = clock_ms();

    if (!ledger_runs(job->ledger, NULL, 1, job->arena, &rows, &count, err))
        return false;
    for (make_run_id(now_ms, job->run); count && strcmp(job->run, rows[0].run) <= 0;
         make_run_id(now_ms, job->run)) {
        int64_t last_utc = 0;

        if (!run_begun(rows[0].run, &last_utc, err))
            return false;
        now_ms = last_utc > now_ms / 1000 ? last_utc * 1000 : now_ms + 1;
    }
    job->begun_utc = clock_utc();
    return true;
}

static bool open_ledger(struct job *job, struct err *err)
{
    char path[PATH_SIZE];

    return path_join(path, err, job->plan->home, "staging", "ledger.db", NULL) &&
           ledger_open(path, &job->ledger, err);
}

static bool take_lock(struct job *job, bool *locked, struct err *err)
{
    AUTO(buf_done) struct buf holder = {.max = 1024};
    char path[PATH_SIZE], who[160], now[ISO_TEXT_SIZE];

    (void)snprintf(who, sizeof who, "`tagwerk %s`, process %ld, since %s\n", job->command,
                   (long)getpid(), iso_text(clock_utc(), now));
    if (!path_join(path, err, job->plan->home, "staging", "lock", NULL) ||
        !lock_take(path, who, &job->lock, &holder, err))
        return false;
    *locked = !job->lock.held;
    if (*locked)
        return err_set(err, ERR_STORE, "%s is locked by %.*s; nothing was done", job->plan->home,
                       (int)strcspn(buf_str(&holder), "\n"), buf_str(&holder));
    return true;
}

/* A run that was killed leaves half-written files in its folder: personal data that nobody would
 * ever read or purge. Only the newest folder of a route can hold any: every run sweeps before it
 * stages. */
static bool sweep(const struct job *job, struct err *err)
{
    for (size_t r = 0; r < job->plan->routes_len; r++) {
        struct staged_run *runs;
        size_t count;

        if (!staging_runs(job->plan->home, job->plan->routes[r].name, job->arena, &runs, &count,
                          err))
            return false;
        if (count && !folder_sweep(runs[0].folder, err))
            return false;
    }
    return true;
}

bool job_open(const struct plan *plan, const char *command, struct arena *arena, struct job *out,
              bool *locked, struct err *err)
{
    struct job job = {.plan = plan, .command = command, .arena = arena, .only_day = UNSAID};
    struct zone zone = plan->zone;

    *locked = false;
    job.sessions = arena_array(arena, plan->accounts_len, sizeof *job.sessions);
    job.tallies = arena_array(arena, plan->routes_len, sizeof *job.tallies);
    progress_open(&job.progress);
    if (!take_lock(&job, locked, err))
        return false;
    if (!sweep(&job, err) || !open_ledger(&job, err) || !take_run_id(&job, err)) {
        job_close(&job);
        return false;
    }
    job.day = zone_day(&zone, job.begun_utc);
    *out = job;
    return true;
}

void job_close(struct job *job)
{
    for (size_t i = 0; job->sessions && i < job->plan->accounts_len; i++)
        session_close(&job->sessions[i]);
    ledger_close(job->ledger);
    job->ledger = NULL;
    lock_release(&job->lock);
}

struct tally *job_tally(struct job *job, const struct flow *flow)
{
    return &job->tallies[flow->route - job->plan->routes][flow->kind];
}

bool job_session(struct job *job, const struct account *account, struct session **out,
                 struct err *err)
{
    struct session *session = &job->sessions[account - job->plan->accounts];

    if (!session->account && !session_open(session, account, err))
        return false;
    *out = session;
    return true;
}

bool job_count_calls(struct job *job, const struct flow *flow, struct session *session,
                     struct err *err)
{
    struct tally *tally = job_tally(job, flow);
    struct civil now = civil_from_seconds(job->begun_utc);
    char month[16];
    bool good = true;

    (void)snprintf(month, sizeof month, "%04u-%02u", (unsigned)now.year % 10000U,
                   (unsigned)now.month % 100U);
    tally->calls += session->calls;
    tally->writes += session->writes;
    if (session->calls)
        good = ledger_calls_add(job->ledger, session->account->name, month, session->calls, err);
    session->calls = 0;
    session->writes = 0;
    return good;
}

void flow_failed(struct job *job, const struct flow *flow, const struct err *err)
{
    struct tally *tally = job_tally(job, flow);

    if (!tally->failed)
        log_event(LOG_WARN, "flow-failed", "route", flow->route->name, "flow",
                  kind_name(flow->kind), "why", err->text, "next", "the next run goes on from here",
                  NULL);
    tally->failed = true;
    (void)snprintf(tally->trouble, sizeof tally->trouble, "%s", err->text);
}

enum exit_code job_exit_code(const struct job *job)
{
    uint64_t states[STATE_COUNT] = {0};
    bool failed = false;

    for (size_t r = 0; r < job->plan->routes_len; r++)
        for (size_t k = 0; k < KIND_COUNT; k++) {
            failed = failed || job->tallies[r][k].failed;
            for (size_t s = 0; s < STATE_COUNT; s++)
                states[s] += job->tallies[r][k].states[s];
        }
    if (states[STATE_UNEXPLAINED])
        return EXIT_UNBALANCED;
    if (states[STATE_UNSURE])
        return EXIT_DOUBT;
    if (failed)
        return EXIT_SYSTEM;
    return states[STATE_REFUSED] ? EXIT_REFUSED : EXIT_BALANCED;
}
