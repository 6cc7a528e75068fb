#include "connector/session.h"

#include "core/clock.h"
#include "core/decimal.h"
#include "core/gate.h"
#include "core/text.h"

#define TRIES_MAX 5
#define BACKOFF_MS 2000
#define ASKED_WAIT_MAX_MS ((int64_t)300 * 1000) /* longer than this nobody waits within a run */
#define CONNECT_MS 10000
#define MINUTE_MS 60000
#define MINUTE_MARGIN_MS 250 /* a little longer than the far side's, for the jitter of the way */
#define MARGIN_MS 50
#define DAY_MS INT64_C(86400000)
#define IDLE_LOOK_MS 1000
#define TOO_MANY 429
#define UNSENT_MEND                                                                                \
    " (check the account's url, and this machine's network and proxy; `tagwerk doctor` asks "      \
    "again)"

bool session_open(struct session *session, const struct account *account, struct err *err)
{
    int64_t in_flight = settings_int(&account->settings, "in_flight");
    int64_t pace = settings_int(&account->settings, "pace");

    *session = (struct session){.account = account,
                                .in_flight = said(in_flight) ? (unsigned)in_flight
                                                             : account->connector->limits.in_flight,
                                .pace_percent = said(pace) ? (unsigned)pace : 100};
    if (!http_open(&session->http, err))
        return false;
    gz_in_init(&session->gz);
    return true;
}

void session_close(struct session *session)
{
    if (!session->account)
        return;
    gz_in_done(&session->gz);
    http_close(&session->http);
    arena_done(&session->arena);
    *session = (struct session){0};
}

/* ---- exchanges ---- */

void exchange_begin(struct exchange *exchange)
{
    buf_reset(&exchange->request.url);
    buf_reset(&exchange->request.body);
    exchange->request = (struct request){
        .url = exchange->request.url, .body = exchange->request.body, .arena = &exchange->arena};
    exchange->response = (struct response){0};
    exchange->err = (struct err){0};
    exchange->tries = 0;
    exchange->not_before_ms = 0;
    exchange->link = NULL;
}

static void queue_put(struct exchange **queue, struct exchange *exchange)
{
    while (*queue)
        queue = &(*queue)->link;
    exchange->link = NULL;
    *queue = exchange;
}

static struct exchange *queue_take(struct exchange **at)
{
    struct exchange *taken = *at;

    *at = taken->link;
    taken->link = NULL;
    return taken;
}

static void queue_drop(struct exchange **queue, const struct exchange *exchange)
{
    while (*queue && *queue != exchange)
        queue = &(*queue)->link;
    if (*queue)
        (void)queue_take(queue);
}

void exchange_done(struct session *session, struct exchange *exchange)
{
    queue_drop(&session->waiting, exchange);
    queue_drop(&session->arrived, exchange);
    queue_drop(&session->finished, exchange);
    if (session->under_way && exchange->call.handle && exchange->call.fate == HTTP_UNDER_WAY)
        session->under_way--;
    http_call_done(&session->http, &exchange->call);
    buf_done(&exchange->request.url);
    buf_done(&exchange->request.body);
    buf_done(&exchange->decoded);
    arena_done(&exchange->arena);
}

/* ---- secrets ---- */

/* Length of the longest secret that the text begins with; 0: none. */
static size_t secret_len(const struct settings *settings, const char *text)
{
    size_t longest = 0;

    for (size_t i = 0; settings->options[i].name; i++) {
        const char *secret =
            settings->options[i].type == OPTION_SECRET ? settings->values[i] : NULL;
        size_t len = secret ? strlen(secret) : 0;

        if (len > longest && strncmp(text, secret, len) == 0)
            longest = len;
    }
    return longest;
}

/* What may be shown of the text's next piece, and its length; *step bytes of the text it stands
 * for. */
static const char *shown(const struct settings *settings, const char *text, size_t *step,
                         size_t *len)
{
    *step = secret_len(settings, text);
    *len = 3;
    if (*step)
        return "***";
    *step = *len = utf8_point_len(text, strlen(text));
    if (*step == 0) {
        *step = *len = 1;
        return "?";
    }
    return (unsigned char)*text < ' ' || *text == 0x7F ? " " : text;
}

void session_redact(const struct account *account, const char *text, size_t max, struct buf *out)
{
    size_t left = max;

    while (text && *text) {
        size_t step, len;
        const char *piece = shown(&account->settings, text, &step, &len);

        if (len > left)
            return;
        buf_put(out, piece, len);
        left -= len;
        text += step;
    }
}

static void redact_err(const struct account *account, struct err *err)
{
    AUTO(buf_done) struct buf clean = {0};

    session_redact(account, err->text, sizeof err->text - 1, &clean);
    (void)snprintf(err->text, sizeof err->text, "%s", buf_str(&clean));
}

/* ---- ways to end ---- */

static void conclude(struct session *session, struct exchange *exchange, enum fate fate)
{
    exchange->fate = fate;
    queue_put(&session->finished, exchange);
}

static void give_up(struct session *session, struct exchange *exchange)
{
    exchange->err.kind = ERR_SYSTEM;
    redact_err(session->account, &exchange->err);
    (void)err_wrap(&exchange->err, "account %s: %s, tried %u times", session->account->name,
                   exchange->request.call, exchange->tries);
    session->down = true;
    session->down_err = exchange->err;
    conclude(session, exchange, FATE_DOWN);
}

/* ---- pace ---- */

/* When the last calls of a kind left: a sliding window, not a guess. */
struct pace_log {
    const struct pace *pace;
    const char *call; /* PACE_CALL: whose */
    struct pace_log *next;
    uint64_t count;
    unsigned most;
    int64_t left_ms[]; /* ring of `most` */
};

static bool pace_applies(const struct pace *pace, const struct request *request)
{
    switch (pace->of) {
    case PACE_READS:
        return pace->most && !request->changes;
    case PACE_WRITES:
        return pace->most && request->changes;
    case PACE_ALL:
    case PACE_CALL:
        break;
    }
    return pace->most != 0;
}

/* What the account may do of what the system publishes. */
static unsigned scaled(const struct session *session, const struct pace *pace)
{
    uint64_t most = (uint64_t)pace->most * session->pace_percent / 100;

    return most ? (unsigned)most : 1;
}

static struct pace_log *log_of(struct session *session, const struct pace *pace,
                               const struct request *request)
{
    const char *call = pace->of == PACE_CALL ? request->call : NULL;
    struct pace_log *log = session->logs;
    unsigned most = scaled(session, pace);

    while (log && (log->pace != pace || !text_same(log->call, call)))
        log = log->next;
    if (log)
        return log;
    log = arena_alloc(&session->arena, sizeof *log + most * sizeof log->left_ms[0]);
    *log = (struct pace_log){.pace = pace, .call = call, .most = most, .next = session->logs};
    session->logs = log;
    return log;
}

/* Of the paces that the request must keep, the i-th's log; NULL: it need not keep that one. */
static struct pace_log *pace_log(struct session *session, size_t i, const struct request *request)
{
    const struct pace *pace = &session->account->connector->limits.paces[i];

    return session->pace_percent && pace_applies(pace, request) ? log_of(session, pace, request)
                                                                : NULL;
}

static int64_t longer(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

/* When the log allows another call. */
static int64_t free_ms(const struct pace_log *log)
{
    unsigned span_ms = log->pace->span_ms;

    return log->count < log->most ? INT64_MIN
                                  : log->left_ms[log->count % log->most] + span_ms +
                                        (span_ms < MINUTE_MS ? MARGIN_MS : MINUTE_MARGIN_MS);
}

/* Milliseconds until all paces allow the call; past: now. */
static int64_t pace_wait(struct session *session, const struct request *request, int64_t now_ms)
{
    int64_t at_ms = session->held_until_ms[request->changes];

    for (size_t i = 0; i < PACES_MAX; i++) {
        const struct pace_log *log = pace_log(session, i, request);

        if (log)
            at_ms = longer(at_ms, free_ms(log));
    }
    return at_ms - now_ms;
}

static void pace_note(struct session *session, const struct request *request, int64_t now_ms)
{
    for (size_t i = 0; i < PACES_MAX; i++) {
        struct pace_log *log = pace_log(session, i, request);

        if (log)
            log->left_ms[log->count++ % log->most] = now_ms;
    }
}

/* ---- sending ---- */

static void note_call(struct session *session, struct exchange *exchange, int64_t now_ms)
{
    pace_note(session, &exchange->request, now_ms);
    session->calls++;
    session->writes += exchange->request.changes;
    exchange->tries++;
}

static void send_now(struct session *session, struct exchange *exchange, int64_t now_ms)
{
    struct request *request = &exchange->request;
    struct http_call *call = &exchange->call;
    const struct limits *limits = &session->account->connector->limits;
    int64_t timeout_s = settings_span_s(&session->account->settings, "timeout");

    if (!gate_pass(GATE_CALL, request->call, &exchange->err)) {
        (void)err_set(&exchange->err, ERR_SYSTEM, "the connection broke before the call");
        give_up(session, exchange);
        return;
    }
    note_call(session, exchange, now_ms);
    call->method = request->method;
    call->url = buf_str(&request->url);
    call->headers = request->headers;
    call->body = request->body.data;
    call->body_len = request->body.len;
    call->connect_ms = CONNECT_MS;
    call->timeout_ms = said(timeout_s) ? (unsigned)timeout_s * 1000 : limits->timeout_ms;
    call->answer_max = limits->body_max;
    call->owner = exchange;
    http_start(&session->http, call);
    session->under_way++;
}

static bool is_good(int status)
{
    return status >= 200 && status < 300;
}

/* Not while an answer is unread that may mean that the others had better wait. */
static bool may_leave(const struct session *session)
{
    const struct exchange *arrived = session->arrived;

    while (arrived && arrived->call.fate == HTTP_ANSWERED && is_good(arrived->call.status))
        arrived = arrived->link;
    return session->down || (session->under_way < session->in_flight && !arrived);
}

/* Starts what may start; returns how long the first of the others has to wait (0: nobody waits). */
static int64_t release(struct session *session)
{
    int64_t now_ms = clock_steady_ms();
    int64_t least_ms = 0;

    for (struct exchange **at = &session->waiting; *at && may_leave(session);) {
        int64_t retry_ms = (*at)->not_before_ms - now_ms;
        int64_t pace_ms = pace_wait(session, &(*at)->request, now_ms);
        int64_t wait_ms = longer(retry_ms, pace_ms);

        if (session->down) {
            (*at)->err = session->down_err;
            conclude(session, queue_take(at), FATE_DOWN);
            continue;
        }
        if (wait_ms <= 0) {
            send_now(session, queue_take(at), now_ms);
            continue;
        }
        if (!least_ms || wait_ms < least_ms) {
            least_ms = wait_ms;
            session->waits_for = retry_ms > pace_ms ? "retry" : "rate limit";
        }
        at = &(*at)->link;
    }
    return least_ms;
}

void session_start(struct session *session, struct exchange *exchange)
{
    const struct connector *connector = session->account->connector;

    if (connector->sign && !connector->sign(session->account, &exchange->request, &exchange->err)) {
        redact_err(session->account, &exchange->err);
        conclude(session, exchange, FATE_REFUSED);
        return;
    }
    request_header(&exchange->request, "Accept-Encoding", "gzip");
    if (!buf_whole(&exchange->request.body, "the request's body", &exchange->err)) {
        conclude(session, exchange, FATE_REFUSED);
        return;
    }
    queue_put(&session->waiting, exchange);
    (void)release(session);
}

/* ---- answers ---- */

/* What the far side asks us to wait, 0 when it does not say. */
static int64_t asked_wait_ms(const struct exchange *exchange)
{
    AUTO(buf_done) struct buf scratch = {0};
    const char *text = http_header(&exchange->call, "retry-after", &scratch);
    struct err ignored;
    int64_t seconds;

    if (!text)
        return 0;
    if (text_is_digits(text))
        return integer_parse(text, &seconds, &ignored) && seconds < DAY_MS / 1000 ? seconds * 1000
                                                                                  : DAY_MS;
    seconds = http_date_utc(text);
    return said(seconds) && seconds > clock_utc() ? (seconds - clock_utc()) * 1000 : 0;
}

/* 2, 4, 8, 16 s, each up to a quarter longer so that callers that failed together do not return
 * together. */
static int64_t backoff_ms(const struct exchange *exchange)
{
    int64_t wait_ms = BACKOFF_MS;

    for (unsigned i = 1; i < exchange->tries; i++)
        wait_ms *= 2;
    return wait_ms +
           (int64_t)(text_hash(buf_str(&exchange->request.url)) % (uint64_t)(wait_ms / 4));
}

static void try_again(struct session *session, struct exchange *exchange)
{
    int64_t asked_ms = exchange->call.fate == HTTP_ANSWERED ? asked_wait_ms(exchange) : 0;
    int64_t wait_ms = asked_ms ? asked_ms : backoff_ms(exchange);
    int64_t *held_until_ms = &session->held_until_ms[exchange->request.changes];

    if (asked_ms > ASKED_WAIT_MAX_MS) {
        (void)err_set(&exchange->err, ERR_SYSTEM,
                      "asks to wait %lld s; the next run will try again",
                      (long long)asked_ms / 1000);
        give_up(session, exchange);
    } else if (exchange->tries >= TRIES_MAX) {
        give_up(session, exchange);
    } else {
        session->retries++;
        exchange->not_before_ms = clock_steady_ms() + wait_ms;
        if (exchange->call.status == TOO_MANY)
            *held_until_ms = longer(*held_until_ms, exchange->not_before_ms);
        queue_put(&session->waiting, exchange);
    }
}

/* No whole, readable answer came. */
static void broken(struct session *session, struct exchange *exchange, bool surely_unsent)
{
    if (surely_unsent || !exchange->request.changes) {
        try_again(session, exchange);
        return;
    }
    exchange->err.kind = ERR_RETRY;
    redact_err(session->account, &exchange->err);
    conclude(session, exchange, FATE_LOST);
}

static bool decode(struct session *session, struct exchange *exchange)
{
    struct http_call *call = &exchange->call;
    struct buf as_it_came = call->answer;

    if (!call->answer_is_gzip) {
        call->answer = exchange->decoded;
        exchange->decoded = as_it_came;
        return true;
    }
    buf_reset(&exchange->decoded);
    exchange->decoded.max = session->account->connector->limits.body_max;
    gz_in_restart(&session->gz);
    return gz_expand(&session->gz, call->answer.data, call->answer.len, &exchange->decoded,
                     &exchange->err);
}

/* Fills the response; false when an answer that claims success cannot be read. */
static bool understand(struct session *session, struct exchange *exchange)
{
    struct response *response = &exchange->response;
    enum format format = session->account->connector->format;
    /* What was damaged on its way comes whole when it is asked for again. */
    bool forgives = exchange->request.forgives && exchange->tries > 1;
    bool parsed;

    *response = (struct response){.status = exchange->call.status,
                                  .call = &exchange->call,
                                  .arena = &exchange->arena,
                                  .body = ""};
    if (!decode(session, exchange))
        return !is_good(response->status);
    response->body = buf_str(&exchange->decoded);
    response->body_len = exchange->decoded.len;
    if (response->body_len == 0)
        return true;
    parsed = answer_parse(format, response->body, response->body_len, response->arena,
                          &response->root, forgives ? &response->damaged : NULL, &exchange->err);
    if (!parsed)
        response->root = NULL;
    if (!parsed && is_good(response->status))
        return err_wrap(&exchange->err, "status %d, but the body is not %s", response->status,
                        format == FORMAT_XML ? "XML" : "JSON");
    return true;
}

static void judge(struct session *session, struct exchange *exchange)
{
    const struct connector *connector = session->account->connector;
    enum err_kind kind = connector->judge ? connector->judge(session->account, &exchange->request,
                                                             &exchange->response, &exchange->err)
                                          : judge_status(&exchange->response, &exchange->err);

    switch (kind) {
    case ERR_NONE:
        exchange->err = (struct err){0};
        conclude(session, exchange, FATE_ANSWERED);
        break;
    case ERR_RETRY:
        try_again(session, exchange);
        break;
    case ERR_RECORD:
        redact_err(session->account, &exchange->err);
        conclude(session, exchange, FATE_REFUSED);
        break;
    case ERR_SYSTEM:
    case ERR_SETUP:
    case ERR_STORE:
        give_up(session, exchange);
        break;
    }
}

static void weigh(struct session *session, struct exchange *exchange)
{
    int status = exchange->call.status;

    session->bytes_in += exchange->call.answer.len;
    if (!gate_pass(GATE_ANSWER, exchange->request.call, &exchange->err)) {
        (void)err_set(&exchange->err, ERR_RETRY, "the connection broke before the answer");
        broken(session, exchange, false);
    } else if (exchange->call.fate != HTTP_ANSWERED) {
        bool unsent = exchange->call.fate == HTTP_UNSENT;

        (void)err_set(&exchange->err, ERR_RETRY, "%s%s", exchange->call.trouble,
                      unsent ? UNSENT_MEND : "");
        broken(session, exchange, unsent);
    } else if (status == TOO_MANY) {
        (void)err_set(&exchange->err, ERR_RETRY, "too many requests (429)");
        try_again(session, exchange);
    } else if (status >= 500) {
        (void)err_set(&exchange->err, ERR_RETRY, "server trouble (%d)", status);
        broken(session, exchange, false);
    } else if (!understand(session, exchange)) {
        broken(session, exchange, false);
    } else {
        judge(session, exchange);
    }
}

static void arrive(struct session *session, struct http_call *call)
{
    if (!call)
        return;
    session->under_way--;
    queue_put(&session->arrived, call->owner);
}

void session_tend(struct session *session)
{
    if (!session->under_way)
        return;
    arrive(session, http_glance(&session->http));
    (void)release(session);
}

/* Waits for the next answer, but not beyond the moment at which another call may leave. */
static void await_answer(struct session *session, int64_t wait_ms)
{
    if (session->under_way) {
        arrive(session, http_finish(&session->http,
                                    wait_ms && wait_ms < IDLE_LOOK_MS ? wait_ms : IDLE_LOOK_MS));
    } else if (wait_ms) {
        session->waited_ms += wait_ms;
        clock_sleep_ms(wait_ms);
    }
}

struct exchange *session_finish(struct session *session)
{
    while (!session->finished && (session->waiting || session->under_way || session->arrived)) {
        int64_t wait_ms;

        session->waits_for = NULL;
        wait_ms = release(session); /* the connections go on while an answer is read */
        if (session->arrived)
            weigh(session, queue_take(&session->arrived));
        else if (!session->finished)
            await_answer(session, wait_ms);
    }
    return session->finished ? queue_take(&session->finished) : NULL;
}

bool session_ask(struct session *session, struct exchange *exchange, struct err *err)
{
    struct exchange *finished;

    session_start(session, exchange);
    finished = session_finish(session);
    if (finished && finished->fate == FATE_ANSWERED)
        return true;
    *err = exchange->err;
    return false;
}
