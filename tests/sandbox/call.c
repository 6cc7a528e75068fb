#include "sandbox/call.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

const char *call_query(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->query_count; i++) {
        if (same_text(c->query[i].name, name))
            return c->query[i].value;
    }
    return NULL;
}

int64_t call_query_int(const struct call *c, const char *name, int64_t otherwise)
{
    int64_t n;

    return int_of(call_query(c, name), &n) ? n : otherwise;
}

const char *call_sent(const struct call *c, const char *name)
{
    return MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND, name);
}

void call_header(struct call *c, const char *name, const char *value)
{
    struct reply *r = &c->reply;

    if (r->header_count < sizeof r->headers / sizeof *r->headers)
        r->headers[r->header_count++] = (struct pair){mem_copy(name), mem_copy(value)};
}

void call_answer(struct call *c, int status, const char *type)
{
    struct reply *r = &c->reply;

    while (r->header_count) {
        free(r->headers[--r->header_count].name);
        free(r->headers[r->header_count].value);
    }
    text_clear(&r->body);
    r->status = status;
    r->type = type;
}

void call_answer_text(struct call *c, int status, const char *type, const char *body)
{
    call_answer(c, status, type);
    text_str(&c->reply.body, body);
}

void call_answer_json(struct call *c, int status, json_t *body)
{
    char *s = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

    call_answer_text(c, status, "application/json", s ? s : "null");
    free(s);
    json_decref(body);
}

json_t *json_steps(const json_t *object)
{
    union {
        const json_t *given;
        json_t *walked;
    } both = {.given = object};

    return both.walked;
}

bool path_matches(const char *path, const char *pattern, struct path_parts *out)
{
    size_t n, captured = 0;

    while (*pattern) {
        if (*pattern != '{') {
            if (*path++ != *pattern++)
                return false;
            continue;
        }
        n = strcspn(path, "/");
        if (!n || n >= sizeof out->part[0] || captured >= 2)
            return false;
        memcpy(out->part[captured], path, n);
        out->part[captured++][n] = '\0';
        path += n;
        pattern += strcspn(pattern, "}") + 1;
    }
    return !*path;
}
