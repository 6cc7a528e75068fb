/* sendcloud_judge.c: what an answer that is no success means: the order's fault, the moment's, or
 * the account's. One table, first row that fits. */
#include "connector/sendcloud.h"

#include "core/decimal.h"
#include "core/text.h"

#define NOT_YOURS                                                                                  \
    "the import list of API v2 is open to Sendcloud partners only; set `partner_id`, or `api = "   \
    "v3-orders`"

void sendcloud_message(const struct node *root, struct buf *out)
{
    static const char *const places[] = {"error.message", "detail"};
    const struct node *errors = node_at(root, "errors");
    const struct node *first =
        errors && errors->type == NODE_LIST ? node_first(errors, NULL) : errors;

    for (size_t i = 0; i < ARRAY_LEN(places) && !out->len; i++)
        remark_put(out, node_text(root, places[i]));
    if (!out->len)
        remark_put(out, node_text(first, "detail"));
}

struct verdict_by_status {
    int status;
    enum err_kind kind; /* ERR_NONE: hear, found or read makes sense of it */
    const char *holds;  /* only when the message holds this; NULL: whatever it says */
    const char *call;   /* only for this call; NULL: for all */
    const char *mend;
};

/* The first row that fits. */
static const struct verdict_by_status by_status[] = {
    {401, ERR_SYSTEM, NULL, NULL, "check public_key and secret_key"},
    {402, ERR_SYSTEM, NULL, NULL, "Sendcloud wants the account's payment settled"},
    {403, ERR_SYSTEM, NULL, SENDCLOUD_V2_PUSH, NOT_YOURS},
    {403, ERR_SYSTEM, NULL, NULL, "the account or its plan does not allow this call"},
    {412, ERR_SYSTEM, NULL, NULL,
     "the Sendcloud account is not set up: sender address, payment method"},
    {404, ERR_SYSTEM, "No Integration", NULL,
     "check the option `integration`: `tagwerk doctor` lists the numbers"},
    {404, ERR_SYSTEM, "partner", NULL, "check the option `partner_id`"},
    {404, ERR_SYSTEM, "cursor", NULL,
     "a list could not be read to its end; the next run begins anew"},
    {404, ERR_NONE, NULL, SENDCLOUD_V2_DELETE, NULL},
    {404, ERR_NONE, NULL, SENDCLOUD_V3_DELETE, NULL},
    {404, ERR_NONE, NULL, SENDCLOUD_PARCELS, NULL},
    {404, ERR_NONE, NULL, SENDCLOUD_PARCEL, NULL},
    {404, ERR_SYSTEM, NULL, SENDCLOUD_V2_PUSH, NOT_YOURS},
    {404, ERR_SYSTEM, NULL, NULL, "check the account's url and the option `integration`"},
    {400, ERR_RETRY, "still processing", NULL, "it is busy with an earlier request"},
    {400, ERR_SYSTEM, "Integration with id", NULL,
     "check the option `integration`: `tagwerk doctor` lists the numbers"},
    {400, ERR_SYSTEM, "partner", NULL, "check the option `partner_id`"},
    {400, ERR_NONE, NULL, SENDCLOUD_V2_PUSH, NULL},
    {400, ERR_NONE, NULL, SENDCLOUD_V3_PUSH, NULL},
};

static bool row_fits(const struct verdict_by_status *row, const struct request *request, int status,
                     const char *message)
{
    return row->status == status && (!row->call || text_same(row->call, request->call)) &&
           (!row->holds || strstr(message, row->holds));
}

/* The status that counts: of a 200 that holds an error instead of an answer, the error's. */
static int status_of(const struct response *response)
{
    bool is_error = node_at(response->root, "error.message") || node_at(response->root, "errors");
    struct err ignored;
    int64_t code;

    if (response->status != 200 || !is_error)
        return response->status;
    if (!integer_parse(node_text(response->root, "error.code"), &code, &ignored) || code < 400 ||
        code > 599)
        return 503;
    return (int)code;
}

static const struct verdict_by_status *row_for(const struct request *request, int status,
                                               const char *message)
{
    for (size_t i = 0; i < ARRAY_LEN(by_status); i++)
        if (row_fits(&by_status[i], request, status, message))
            return &by_status[i];
    return NULL;
}

static enum err_kind judge_failure(const struct request *request, int status, const char *message,
                                   struct err *err)
{
    const struct verdict_by_status *row = row_for(request, status, message);
    struct response plain = {.status = status};
    enum err_kind kind = row ? row->kind : judge_status(&plain, err);
    const char *mend = row ? row->mend : NULL;

    (void)err_set(err, kind, "Sendcloud answered %s with %d%s%s%s%s%s", request->call, status,
                  *message ? ": " : "", message, mend ? " (" : "", mend ? mend : "",
                  mend ? ")" : "");
    return kind;
}

enum err_kind sendcloud_judge(const struct account *account, const struct request *request,
                              const struct response *response, struct err *err)
{
    AUTO(buf_done) struct buf message = {0};
    int status = request->changes ? response->status : status_of(response);

    (void)account;
    if (status >= 200 && status < 300) {
        if (response->root || request->changes)
            return ERR_NONE;
        (void)err_set(err, ERR_RETRY, "%s: the answer is empty", request->call);
        return ERR_RETRY;
    }
    sendcloud_message(response->root, &message);
    return judge_failure(request, status, buf_str(&message), err);
}
