/* What a webhook brings: nothing is genuine without the key, whatever it hints at becomes a clean
 * question to the account's own address, and no text that quotes it lets a secret through. The
 * first line picks the account, the second is the signature, the rest the body. */
#include "fuzz/fuzz.h"

#include "connector/session.h"
#include "core/text.h"
#include "wire/json.h"

#define SHOWN_MAX 200

static void check_hint(const struct account *account, struct input body, struct arena *arena)
{
    struct window window = {UNSAID, 1717400000};
    struct request request = {.arena = arena};
    enum kind kind = KIND_COUNT;
    const struct node *root;
    const char *cursor;
    struct err err;

    if (!json_parse(body.at, body.len, arena, &root, &err)) {
        check_err(&err);
        return;
    }
    cursor = account->connector->hook->hint(account, root, &kind, arena);
    if (!cursor)
        return;
    must(kind < KIND_COUNT && feed_of(account, kind));
    check_text(cursor);
    must(feed_of(account, kind)->ask(account, &window, cursor, &request, &err));
    check_request(account, &request, arena);
    request_done(&request);
}

/* The far side's words, and in the middle of them each secret as it stands. */
static void check_redacted(const struct account *account, const char *text, struct arena *arena)
{
    const struct settings *settings = &account->settings;
    size_t half = utf8_prefix(text, utf8_count(text) / 2);

    for (size_t i = 0; settings->options[i].name; i++) {
        AUTO(buf_done) struct buf shown = {0};
        const char *secret = settings->options[i].type == OPTION_SECRET ? settings->values[i] : "";

        session_redact(account,
                       arena_format(arena, "%.*s%s%s", (int)half, text, secret, text + half),
                       SHOWN_MAX, &shown);
        must(shown.len <= SHOWN_MAX + 3);
        check_text(buf_str(&shown));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input body = input_of(bytes, len), head = input_line(&body), line = input_line(&body);
    const struct account *account = account_pick(&head);
    const struct hook *hook = account->connector->hook;

    if (hook) {
        must(!hook->genuine(account, arena_slice(&arena, line.at, line.len), body.at, body.len));
        must(!hook->genuine(account, NULL, body.at, body.len));
        check_hint(account, body, &arena);
    }
    if (utf8_valid(body.at, body.len))
        check_redacted(account, arena_slice(&arena, body.at, body.len), &arena);
    return 0;
}
