/* billbee_judge.c: what an answer of Billbee means. An error may come with its HTTP status, as
 * ErrorCode in an envelope with status 200, or in ASP.NET's own form; a success may be an empty
 * body. One table by ErrorCode, one by status, first row that fits. */
#include "connector/billbee.h"

#include "core/decimal.h"
#include "core/text.h"

#define BOOKED "book the API in Billbee, or settle the account"
#define CREDENTIALS "check user, api_password (Billbee: Einstellungen / Billbee API) and api_key"

/* ---- envelopes ---- */

/* The ErrorCode; 0 when the envelope is a success, -1 when it is not even an envelope. */
static int64_t error_code(const struct node *root)
{
    const char *text = node_text(root, "ErrorCode");
    struct err ignored;
    int64_t code;

    if (!text || !integer_parse(text, &code, &ignored))
        return -1;
    if (code == 0 && !text_is_empty(node_text(root, "ErrorMessage")))
        return -1;
    return code;
}

bool billbee_is_success(const struct node *envelope)
{
    return error_code(envelope) == 0;
}

/* ASP.NET's list of what it could not read: {"orderData.InvoiceAddress": ["..."]}. */
static void put_model_state(const struct node *state, struct buf *out)
{
    for (const struct node *field = state ? state->child : NULL; field && out->len < REMARK_MAX;
         field = field->next) {
        buf_format(out, "%s%s: ", out->len ? "; " : "", field->name ? field->name : "");
        remark_put(out, node_text(node_first(field, NULL), ""));
    }
}

void billbee_message(const struct node *root, struct buf *out)
{
    remark_put(out, node_text(root, "ErrorMessage"));
    if (!out->len)
        remark_put(out, node_text(root, "Message"));
    put_model_state(node_at(root, "ModelState"), out);
}

static bool is_no_such_order(const struct node *root)
{
    const struct node *data = node_at(root, "Data");

    return text_same(node_text(root, "ErrorCode"), "2") ||
           (billbee_is_success(root) && data && data->type == NODE_NULL);
}

bool billbee_one_order(const struct response *response, const struct node **out, struct err *err)
{
    const struct node *order = node_at(response->root, "Data");
    bool is_there = billbee_is_id(node_text(order, "BillBeeOrderId"));

    if (!is_there && response->status != 404 && !is_no_such_order(response->root))
        return err_set(err, ERR_SYSTEM, "Billbee's answer neither holds the order nor denies it");
    *out = is_there ? order : NULL;
    return true;
}

/* ---- judging ---- */

struct judgement {
    int number; /* ErrorCode, or HTTP status */
    enum err_kind kind;
    const char *reason; /* code of the refusal; NULL: the core's own */
    const char *name, *mend;
};

static const struct judgement by_code[] = {
    {1, ERR_SYSTEM, NULL, "ApiNotActivated", BOOKED},
    {2, ERR_RECORD, "unknown-order", "OrderNotFound", NULL},
    {5, ERR_RECORD, NULL, "OrderCanceled", NULL},
    {6, ERR_RECORD, NULL, "OrderDeleted", NULL},
    {7, ERR_RECORD, NULL, "OrderNotPaid", NULL},
    {8, ERR_RETRY, NULL, "InternalError", NULL},
    {9, ERR_RECORD, NULL, "OrderExists", NULL},
    {10, ERR_SYSTEM, NULL, "WrongShopId", "check the option `shop`"},
    {11, ERR_RECORD, NULL, "InvalidData", NULL},
    {16, ERR_SYSTEM, NULL, "NoPaidAccount", BOOKED},
    {17, ERR_SYSTEM, NULL, "APIServiceNotBooked", BOOKED},
};

static const struct judgement by_status[] = {
    {401, ERR_SYSTEM, NULL, NULL, CREDENTIALS},
    {403, ERR_SYSTEM, NULL, NULL, CREDENTIALS},
};

static const struct judgement *judgement_of(const struct judgement *rows, size_t len,
                                            int64_t number)
{
    for (size_t i = 0; i < len; i++)
        if (rows[i].number == number)
            return &rows[i];
    return NULL;
}

static enum err_kind say(const struct request *request, const struct response *response,
                         const struct judgement *row, enum err_kind kind, struct err *err)
{
    AUTO(buf_done) struct buf message = {0};
    const char *code = node_text(response->root, "ErrorCode");
    const char *name = row && row->name ? row->name : code ? code : "";
    const char *mend = row ? row->mend : NULL;
    const char *reason = row ? row->reason : NULL;

    billbee_message(response->root, &message);
    (void)err_set(err, kind, "Billbee answered %s with status %d%s%s%s%s%s%s%s", request->call,
                  response->status, *name ? ", error " : "", name, message.len ? ": " : "",
                  buf_str(&message), mend ? " (" : "", mend ? mend : "", mend ? ")" : "");
    (void)snprintf(err->code, sizeof err->code, "%s", reason ? reason : "");
    return kind;
}

/* These may find nothing, and say so in either way. */
static bool asks_for_one_order(const struct request *request)
{
    return text_same(request->call, BILLBEE_ORDER) ||
           text_same(request->call, BILLBEE_ORDER_BY_NUMBER);
}

static enum err_kind judge_good_status(const struct request *request,
                                       const struct response *response, struct err *err)
{
    const struct node *root = response->root;
    int64_t code = error_code(root);
    const struct judgement *row = judgement_of(by_code, ARRAY_LEN(by_code), code);
    bool is_failure = code > 0 || !text_is_empty(node_text(root, "ErrorMessage"));

    if (!root && !request->changes) {
        (void)err_set(err, ERR_RETRY, "%s: the answer is empty", request->call);
        return ERR_RETRY;
    }
    if (!is_failure || (code == 2 && asks_for_one_order(request)))
        return ERR_NONE;
    if (request->changes && (code == 8 || code == 9))
        return ERR_NONE; /* hear leaves it in doubt, and a look tells */
    return say(request, response, row, row ? row->kind : ERR_RECORD, err);
}

enum err_kind billbee_judge(const struct account *account, const struct request *request,
                            const struct response *response, struct err *err)
{
    int status = response->status;
    const struct judgement *row = judgement_of(by_status, ARRAY_LEN(by_status), status);
    const struct judgement unknown = {.reason = "unknown-order"};

    (void)account;
    if (status >= 200 && status < 300)
        return judge_good_status(request, response, err);
    if (status == 404 && asks_for_one_order(request))
        return ERR_NONE;
    if (status == 404 && request->changes)
        return say(request, response, &unknown, ERR_RECORD, err);
    return say(request, response, row, row ? row->kind : judge_status(response, err), err);
}
