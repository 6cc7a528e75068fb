/* extract.c: feed -> raw.gz, in.gz. Asks for the feed's windows page by page, keeps every answer as
 * it came (less what a veil covers), and writes the records read from it. Files appear only when
 * the flow was read to its end: half a day is no day, and the watermark stays where it was. */
#include "step/step.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/text.h"
#include "store/inbox.h"

#define DAY_S ((int64_t)86400)
#define CATCH_UP_DAYS 7 /* of an outage, per window */
#define WINDOWS_MAX 600
#define HINTS_MAX 200
#define IN_FLIGHT_MAX 16
#define AHEAD 1         /* question that waits for the connection whose answer is being read */
#define PAGES_MAX 20000 /* of one flow: more is a next link without end */

/* One page to be asked for; kept afterwards, so that a cursor that comes again is noticed. */
struct question {
    const struct window *window;
    const char *cursor;
    uint64_t hash;
};

/* A question on its way. */
struct fetch {
    struct exchange exchange;
    const struct question *question;
    bool busy;
};

struct extract {
    struct job *job;
    const struct flow *flow;
    struct session *session;
    struct staging_out raw, in;
    struct arena arena; /* questions and their cursors */
    struct window *windows;
    size_t windows_len;
    struct question **questions;
    size_t questions_len, questions_room, asked;
    struct fetch *fetches;
    size_t fetches_len;
    struct inbox_file
        *hints; /* webhook files that this flow answers; removed once the truth is staged */
    size_t hints_len;
    struct buf line;
    uint64_t records;
    bool failed;
};

static void extract_done(struct extract *x)
{
    for (size_t i = 0; i < x->fetches_len; i++)
        exchange_done(x->session, &x->fetches[i].exchange);
    staging_close(&x->raw);
    staging_close(&x->in);
    arena_done(&x->arena);
    buf_done(&x->line);
}

/* ---- windows ---- */

static void add_window(struct extract *x, int64_t from_utc, int64_t until_utc)
{
    if (x->windows_len < WINDOWS_MAX)
        x->windows[x->windows_len++] = (struct window){from_utc, until_utc};
}

/* Yesterday and today first, so that an outage never makes today's orders wait; then the missed
 * days, oldest first. */
static void windows_by_days(struct extract *x, int64_t watermark_utc)
{
    struct zone zone = x->job->plan->zone;
    int64_t yesterday = x->job->day - 1;

    add_window(x, zone_day_start(&zone, yesterday), zone_day_start(&zone, yesterday + 2));
    for (int64_t day = zone_day(&zone, watermark_utc) - 1; day < yesterday; day += CATCH_UP_DAYS) {
        int64_t until = day + CATCH_UP_DAYS < yesterday ? day + CATCH_UP_DAYS : yesterday;

        add_window(x, zone_day_start(&zone, day), zone_day_start(&zone, until));
    }
}

static void windows_since(struct extract *x, int64_t watermark_utc)
{
    int64_t now_utc = x->job->begun_utc;
    int64_t from_utc = UNSAID; /* a catalogue, the first time: since ever */

    if (said(watermark_utc)) /* never after now, even if the clock was once ahead */
        from_utc = (watermark_utc < now_utc ? watermark_utc : now_utc) - x->flow->feed->overlap_s;
    add_window(x, from_utc, now_utc + 1);
}

/* A flow that was never read begins with the route's first days. That beginning is kept from the
 * first try on: if source or target is down then, the days until it answers are not lost. */
static bool begin_watermark(struct extract *x, int64_t *watermark_utc, struct err *err)
{
    const struct feed *feed = x->flow->feed;
    struct zone zone = x->job->plan->zone;
    int64_t first = x->job->day - settings_int(&x->flow->route->settings, "first_days");

    if (said(*watermark_utc) || feed->span == SPAN_ALL)
        return true;
    *watermark_utc = feed->span == SPAN_DAYS ? zone_day_start(&zone, first + 1)
                                             : zone_day_start(&zone, first) + feed->overlap_s;
    return ledger_watermark_set(x->job->ledger, x->flow->route->name, x->flow->kind, *watermark_utc,
                                err);
}

static bool make_windows(struct extract *x, struct err *err)
{
    int64_t watermark_utc;

    x->windows = arena_array(&x->arena, WINDOWS_MAX, sizeof *x->windows);
    if (!ledger_watermark(x->job->ledger, x->flow->route->name, x->flow->kind, &watermark_utc,
                          err) ||
        !begin_watermark(x, &watermark_utc, err))
        return false;
    if (x->flow->feed->span == SPAN_DAYS)
        windows_by_days(x, watermark_utc);
    else
        windows_since(x, watermark_utc);
    return true;
}

/* ---- questions ---- */

/* False: this very page was asked for already, or there is no end: the pages go in a circle. */
static bool add_question(struct extract *x, const struct window *window, const char *cursor)
{
    struct question *question = arena_alloc(&x->arena, sizeof *question);

    if (x->questions_len == PAGES_MAX)
        return false;
    *question =
        (struct question){window, arena_text(&x->arena, cursor), cursor ? text_hash(cursor) : 0};
    for (size_t i = 0; i < x->questions_len; i++) {
        const struct question *old = x->questions[i];

        if (old->hash == question->hash && old->window == window && text_same(old->cursor, cursor))
            return false;
    }
    if (x->questions_len == x->questions_room) {
        x->questions_room = x->questions_room ? x->questions_room * 2 : 64;
        x->questions = heap_resize(x->questions, x->questions_room * sizeof(struct question *));
    }
    x->questions[x->questions_len++] = question;
    return true;
}

/* The cursor that answers a webhook file; *ours false: it is about another flow. */
static const char *hint_cursor(struct extract *x, const struct inbox_file *file, bool *ours)
{
    const struct hook *hook = x->flow->source->connector->hook;
    const struct node *body;
    enum kind kind = x->flow->kind;
    const char *cursor = NULL;
    struct err ignored;

    if (json_parse(file->body, file->len, &x->arena, &body, &ignored))
        cursor = hook->hint(x->flow->source, body, &kind, &x->arena);
    *ours = !cursor || kind == x->flow->kind;
    return *ours ? cursor : NULL;
}

/* What webhooks hinted at: asked for by its id, whatever the window says. */
static bool add_hints(struct extract *x, struct err *err)
{
    const struct account *account = x->flow->source;
    struct inbox_file *files;
    size_t count;

    if (!account->connector->hook)
        return true;
    if (!inbox_waiting(x->job->plan->home, account->name, HINTS_MAX, &x->arena, &files, &count,
                       err))
        return false;
    x->hints = arena_array(&x->arena, count ? count : 1, sizeof *x->hints);
    for (size_t i = 0; i < count; i++) {
        bool ours;
        const char *cursor = hint_cursor(x, &files[i], &ours);

        if (ours)
            x->hints[x->hints_len++] = files[i];
        if (cursor)
            (void)add_question(x, &x->windows[0], cursor); /* hinted at twice: asked once */
    }
    return true;
}

static void fail(struct extract *x, const struct err *err)
{
    flow_failed(x->job, x->flow, err);
    x->failed = true;
}

static void ask_next(struct extract *x, struct fetch *fetch)
{
    const struct question *question = x->questions[x->asked++];
    struct err err;

    arena_reset(&fetch->exchange.arena);
    exchange_begin(&fetch->exchange);
    fetch->exchange.owner = fetch;
    fetch->question = question;
    if (!x->flow->feed->ask(x->flow->source, question->window, question->cursor,
                            &fetch->exchange.request, &err)) {
        fail(x, &err);
        return;
    }
    fetch->exchange.request.forgives = true;
    fetch->busy = true;
    session_start(x->session, &fetch->exchange);
}

static void ask_all(struct extract *x)
{
    for (size_t i = 0; i < x->fetches_len && !x->failed; i++)
        if (!x->fetches[i].busy && x->asked < x->questions_len)
            ask_next(x, &x->fetches[i]);
}

/* ---- answers ---- */

/* The end tag of `name` at or after `at`; the end of the text when there is none. */
static char *find_end_tag(char *at, char *end, const char *name)
{
    size_t len = strlen(name);

    for (; at + len + 2 < end; at++)
        if (at[0] == '<' && at[1] == '/' && text_starts_nocase(at + 2, name))
            return at;
    return end;
}

/* Blanks the content of one kind of element, so that the text stays well-formed and the same
 * length. */
static void veil_element(char *at, char *end, const char *name)
{
    size_t len = strlen(name);

    while ((at = memchr(at, '<', (size_t)(end - at)))) {
        char *stop;

        at++;
        if (!text_starts_nocase(at, name) || (at[len] != '>' && at[len] != ' '))
            continue;
        at = memchr(at, '>', (size_t)(end - at));
        if (!at)
            return;
        stop = at[-1] == '/' ? at + 1 : find_end_tag(at, end, name);
        memset(at + 1, ' ', (size_t)(stop - at - 1));
        at = stop;
    }
}

/* Bank data and the like never reach the disk. */
static bool stage_page(struct extract *x, struct exchange *exchange, struct err *err)
{
    const char *const *name = x->flow->feed->veil;
    struct buf *body = &exchange->decoded;

    if (!name && exchange->call.answer_is_gzip)
        return staging_put_page(&x->raw, buf_str(&exchange->call.answer), exchange->call.answer.len,
                                true, err);
    for (; name && *name && body->len; name++)
        veil_element(body->data, body->data + body->len, *name);
    return staging_put_page(&x->raw, buf_str(body), body->len, false, err);
}

static bool take_answer(struct extract *x, struct fetch *fetch, struct err *err)
{
    struct exchange *exchange = &fetch->exchange;
    struct intake intake = {
        .arena = &exchange->arena, .window = fetch->question->window, .claimed = UNSAID};

    if (!feed_read(x->flow->feed, x->flow->source, &exchange->response, fetch->question->cursor,
                   &intake, &exchange->err)) {
        (void)err_wrap(&exchange->err, "account %s: %s", x->flow->source->name,
                       exchange->request.call);
        fail(x, &exchange->err);
        return true;
    }
    for (size_t i = 0; i < intake.next_len; i++) {
        if (add_question(x, fetch->question->window, intake.next[i]))
            continue;
        (void)err_set(&exchange->err, ERR_SYSTEM,
                      "account %s: %s: the pages go in a circle at '%.40s'", x->flow->source->name,
                      exchange->request.call, intake.next[i]);
        fail(x, &exchange->err);
    }
    ask_all(x); /* the next pages are on their way while this one is written */
    x->records += intake.records_len;
    if (!stage_page(x, exchange, err))
        return false;
    session_tend(x->session);
    return stage_records(&x->in, &intake, x->job->begun_utc, &x->line, err);
}

static bool pull(struct extract *x, struct err *err)
{
    struct exchange *exchange;

    for (ask_all(x); (exchange = session_finish(x->session)); ask_all(x)) {
        struct fetch *fetch = exchange->owner;
        bool waits_only = x->failed; /* for what is still under way */

        if (!waits_only && exchange->fate != FATE_ANSWERED)
            fail(x, &exchange->err);
        else if (!waits_only && !take_answer(x, fetch, err))
            return false;
        fetch->busy = false;
        progress_show(&x->job->progress, x->records, x->session->calls, x->session->waits_for);
    }
    progress_end(&x->job->progress, x->records, x->session->calls);
    return true;
}

static int64_t earliest(const struct extract *x)
{
    int64_t from_utc = x->windows[0].from_utc;

    for (size_t i = 1; i < x->windows_len; i++)
        if (x->windows[i].from_utc < from_utc)
            from_utc = x->windows[i].from_utc;
    return from_utc;
}

static bool create_files(struct extract *x, const char *folder, struct err *err)
{
    struct staging_head head = {.stage = "raw",
                                .route = x->flow->route->name,
                                .run = x->job->run,
                                .kind = x->flow->kind,
                                .from_utc = earliest(x),
                                .until_utc = x->job->begun_utc};
    char path[PATH_SIZE];

    if (!staging_file(folder, x->flow->kind, "raw", path, err) ||
        !staging_create(path, &head, &x->raw, err))
        return false;
    head.stage = "in";
    return staging_file(folder, x->flow->kind, "in", path, err) &&
           staging_create(path, &head, &x->in, err);
}

static bool prepare(struct extract *x, const char *folder, struct err *err)
{
    if (!job_session(x->job, x->flow->source, &x->session, err) || !make_windows(x, err) ||
        !create_files(x, folder, err))
        return false;
    x->fetches_len =
        AHEAD + (x->session->in_flight < IN_FLIGHT_MAX ? x->session->in_flight : IN_FLIGHT_MAX);
    x->fetches = arena_array(&x->arena, x->fetches_len, sizeof *x->fetches);
    for (size_t i = 0; i < x->windows_len; i++)
        (void)add_question(x, &x->windows[i], NULL);
    return add_hints(x, err);
}

static bool finish(struct extract *x, struct err *err)
{
    struct tally *tally = job_tally(x->job, x->flow);

    if (!job_count_calls(x->job, x->flow, x->session, err))
        return false;
    if (x->failed)
        return true;
    tally->staged = x->records;
    if (!staging_commit(&x->raw, err) || !staging_commit(&x->in, err))
        return false;
    for (size_t i = 0; i < x->hints_len; i++)
        if (!inbox_taken(&x->hints[i], err))
            return false;
    return true;
}

bool extract_flow(struct job *job, const struct flow *flow, const char *folder, struct err *err)
{
    AUTO(extract_done) struct extract x = {.job = job, .flow = flow};
    char path[PATH_SIZE];
    bool good;

    if (!flow->feed || !staging_file(folder, flow->kind, "in", path, err))
        return !flow->feed;
    if (file_exists(path))
        return true; /* read to its end before */
    progress_begin(&job->progress, "extract", flow->route->name, kind_name(flow->kind));
    good = prepare(&x, folder, err) && pull(&x, err) && finish(&x, err);
    heap_free(x.questions);
    return good;
}
