#include "connector/connector.h"

#include "core/text.h"

#include <assert.h>

/* ---- requests ---- */

void request_begin(struct request *request, enum http_method method, const char *call,
                   const struct account *account, const char *path)
{
    request->method = method;
    request->call = call;
    request->changes = false;
    request->headers_len = 0;
    request->headers[0] = (struct http_header){0};
    buf_reset(&request->url);
    buf_reset(&request->body);
    buf_text(&request->url, account->url);
    buf_text(&request->url, path);
}

void request_parameter(struct request *request, const char *name, const char *value)
{
    if (!value)
        return;
    buf_char(&request->url, strchr(buf_str(&request->url), '?') ? '&' : '?');
    url_put(&request->url, name);
    buf_char(&request->url, '=');
    url_put(&request->url, value);
}

void request_header(struct request *request, const char *name, const char *value)
{
    assert(request->headers_len < REQUEST_HEADERS_MAX);
    request->headers[request->headers_len++] = (struct http_header){name, value};
    request->headers[request->headers_len] = (struct http_header){0};
}

/* ---- answers ---- */

void findings_add(struct findings *findings, int grade, const char *text, const char *mend)
{
    struct finding *finding = &findings->list[findings->len];

    if (findings->len == ARRAY_LEN(findings->list))
        return;
    finding->grade = grade == FINDING_GOOD   ? FINDING_GOOD
                     : grade == FINDING_WARN ? FINDING_WARN
                                             : FINDING_BAD;
    finding->text = text;
    finding->mend = mend;
    findings->len++;
}

void entry_settle(struct entry *entry, enum verdict verdict, const char *code, const char *text)
{
    entry->verdict = verdict;
    entry->code = code;
    entry->text = text;
}

void batch_settle(struct batch *batch, enum verdict verdict, const char *code, const char *text)
{
    for (size_t i = 0; i < batch->len; i++)
        if (entry_is_written(&batch->entries[i]))
            entry_settle(&batch->entries[i], verdict, code, text);
}

enum err_kind judge_status(const struct response *response, struct err *err)
{
    int status = response->status;
    enum err_kind kind = ERR_RECORD;

    if (status >= 200 && status < 300)
        return ERR_NONE;
    if (status == 408 || status == 429 || status >= 500)
        kind = ERR_RETRY;
    else if (status < 400 || status == 401 || status == 402 || status == 403 || status == 407)
        kind = ERR_SYSTEM;
    (void)err_set(err, kind, "status %d%s", status,
                  status < 400 ? ": it sends us elsewhere; is the account's url right?" : "");
    return kind;
}

/* ---- remarks ---- */

/* Does a quoted piece begin here? Then the bytes behind its opening mark up to the closing one; 0:
 * no. An apostrophe within a word quotes nothing. */
static size_t quoted_len(const char *text, const char *at)
{
    const char *end;

    if (*at != '"' && *at != '\'')
        return 0;
    if (at > text && ((at[-1] >= 'a' && at[-1] <= 'z') || (at[-1] >= 'A' && at[-1] <= 'Z')))
        return 0;
    end = strchr(at + 1, *at);
    return end ? (size_t)(end - at - 1) : 0;
}

static bool ends_word(char c)
{
    return !c || strchr(" \t\r\n,;:()<>", c) != NULL;
}

/* Length of the word that begins here, when it holds an @; else 0. */
static size_t mail_len(const char *text, const char *at)
{
    size_t len = 0;
    bool is_mail = false;

    if (at > text && !ends_word(at[-1]))
        return 0;
    for (; !ends_word(at[len]); len++)
        is_mail = is_mail || at[len] == '@';
    return is_mail ? len : 0;
}

/* Appends what begins at `at`, or what stands for it; returns what comes next. */
static const char *put_piece(struct buf *buf, const char *text, const char *at)
{
    size_t quoted = quoted_len(text, at);
    size_t mail = mail_len(text, at);

    if (quoted) {
        buf_format(buf, "%c...%c", *at, *at);
        return at + quoted + 2;
    }
    if (mail) {
        buf_text(buf, "...");
        return at + mail;
    }
    if ((unsigned char)*at < ' ')
        buf_char(buf, ' ');
    else
        buf_char(buf, *at);
    return at + 1;
}

void remark_put(struct buf *buf, const char *text)
{
    size_t start = buf->len;

    for (const char *at = text; at && *at && buf->len - start < REMARK_MAX;)
        at = put_piece(buf, text, at);
    /* The cut must not leave half a character behind. */
    while (buf->len > start && !utf8_valid(buf->data + start, buf->len - start))
        buf->data[--buf->len] = '\0';
}
