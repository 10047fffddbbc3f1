/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole login: the input is what a peer sends over the socket, packet by packet (a 16-bit length,
 * then the bytes; the first byte of the input picks the peer and whether a descriptor comes along).
 * Configuration, provider and accounts are defined here, to replace login/engine.c and
 * login/account.c. The only right code is 123456.
 */
#include "tests/fuzz/fuzz.h"

#include <security/_pam_types.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "broker/session.h"
#include "login/config_priv.h"
#include "login/membership.h"
#include "login/pending_lock.h"
#include "wire/codec.h"
#include "wire/transport.h"

static const struct cs_log *fuzz_log;
static unsigned fuzz_deliveries; /* in this login */

const struct cs_log *cs_engine_log(const struct cs_engine *engine)
{
    (void)engine;
    return fuzz_log;
}

enum cs_err cs_engine_config(struct cs_engine *engine, const struct cs_config_source *source,
                             struct cs_config **ret_config, struct cs_error *error)
{
    /* The machine's helper is not asked for a key. */
    static const char file[] = "{\"u2f_socket\": \"/nonexistent/socket\"}";

    (void)engine;
    (void)source;
    return cs_config_parse("fuzz", file, sizeof file - 1, ret_config, error);
}

const struct cs_catalogue *cs_engine_catalogue(struct cs_engine *engine, const char *language)
{
    static struct cs_catalogue english;

    (void)engine;
    (void)language;
    cs_catalogue_english(&english);
    return &english;
}

const char *cs_engine_host(const struct cs_engine *engine)
{
    (void)engine;
    return "host.example.com";
}

struct cs_delivery_limit *cs_engine_delivery_limit(struct cs_engine *engine)
{
    (void)engine;
    return NULL;
}

struct cs_record_ids *cs_engine_record_ids(struct cs_engine *engine)
{
    static struct cs_record_ids ids;

    (void)engine;
    return &ids;
}

struct cs_self_places *cs_engine_self_places(struct cs_engine *engine)
{
    static struct cs_self_places places;

    (void)engine;
    if (places.count == 0)
        cs_self_places_init(&places);
    return &places;
}

struct cs_running *cs_engine_running(struct cs_engine *engine, unsigned places)
{
    (void)engine;
    (void)places;
    return NULL;
}

struct cs_metrics *cs_engine_metrics(struct cs_engine *engine)
{
    (void)engine;
    return NULL;
}

struct cs_accepted_codes *cs_engine_accepted_codes(struct cs_engine *engine)
{
    static struct cs_accepted_codes *codes;

    (void)engine;
    if (codes == NULL)
        codes = cs_accepted_codes_new();
    REQUIRE(codes != NULL);
    return codes;
}

struct cs_refusal_pace *cs_engine_refusal_pace(struct cs_engine *engine)
{
    static struct cs_refusal_pace *pace;

    (void)engine;
    if (pace == NULL)
        pace = cs_refusal_pace_new();
    REQUIRE(pace != NULL);
    return pace;
}

struct cs_pending_queue *cs_engine_pending_queue(struct cs_engine *engine)
{
    static struct cs_pending_queue *queue;

    (void)engine;
    if (queue == NULL)
        queue = cs_pending_queue_new();
    REQUIRE(queue != NULL);
    return queue; /* whoever keeps a turn makes the next login wait for it without end */
}

bool cs_delivery_limit_may_send(struct cs_delivery_limit *limit, const char *identity,
                                const struct cs_sending *sending, int64_t now)
{
    (void)limit;
    (void)sending;
    (void)now;
    REQUIRE(strcmp(identity, "demo") == 0);
    return true;
}

void cs_delivery_limit_refused(struct cs_delivery_limit *limit, const char *identity, int64_t now)
{
    (void)limit;
    (void)now;
    REQUIRE(strcmp(identity, "demo") == 0);
}

static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    (void)provider;
    (void)error;
    REQUIRE(call->deadline > 0 && identity[0] != '\0');
    ret_user->found = strcmp(identity, "demo") == 0;
    ret_user->reason = CS_REASON_UNKNOWN_USER;
    return CS_OK;
}

static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    static const struct cs_listed_factor factors[] = {
        {.kind = CS_FACTOR_TOTP, .id = "1"},
        {.kind = CS_FACTOR_SMSOTP, .id = "2", .name = "15550100"},
        {.kind = CS_FACTOR_DEVICE, .id = "3", .device = "4", .name = "phone"},
        {.kind = CS_FACTOR_U2F, .name = "key"},
    };
    enum cs_err result = CS_OK;

    (void)provider;
    (void)call;
    REQUIRE(user->found && listing->kinds != 0);
    for (size_t i = 0; i < CS_ARRAY_SIZE(factors) && result == CS_OK; i++) {
        if ((listing->kinds & CS_KIND(factors[i].kind)) != 0)
            result = cs_listed_factors_add(ret_factors, &factors[i], error);
    }
    return result;
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    (void)provider;
    REQUIRE(user->found && factor->kind != CS_FACTOR_TOTP);
    if (factor->kind == CS_FACTOR_U2F) { /* a challenge for every round, sent to nobody */
        ret_challenge->request = strdup("U2F1.line");
        return ret_challenge->request != NULL ? CS_OK : cs_fail_nomem(error);
    }
    REQUIRE(fuzz_deliveries++ == 0); /* never two for one login */
    REQUIRE(request->message != NULL && request->seconds > 0);
    REQUIRE(request->seconds == 1 ||
            cs_clock_ms() + (int64_t)request->seconds * 1000 <= call->deadline);
    (void)snprintf(ret_challenge->id, sizeof ret_challenge->id, "5");
    return CS_OK;
}

static enum cs_err poll_approval(struct cs_provider *provider, const struct cs_call *call,
                                 const struct cs_provider_user *user,
                                 const struct cs_listed_factor *factor,
                                 struct cs_challenge *challenge,
                                 struct cs_approval_state *ret_state, struct cs_error *error)
{
    (void)provider;
    (void)call;
    (void)error;
    REQUIRE(user->found && factor->kind == CS_FACTOR_DEVICE && fuzz_deliveries == 1);
    REQUIRE(strcmp(challenge->id, "5") == 0);
    *ret_state = (struct cs_approval_state){CS_APPROVAL_DENIED, CS_REASON_DENIED};
    return CS_OK;
}

static enum cs_err judge(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    (void)provider;
    (void)call;
    (void)error;
    REQUIRE(attempt->client != NULL && attempt->client[0] != '\0');
    REQUIRE(attempt->answer->length <= CS_ANSWER_BYTES_MAX || attempt->identity == NULL);
    *ret_outcome = (struct cs_outcome){.reason = CS_REASON_WRONG_CODE};
    if (attempt->identity != NULL && strcmp(attempt->identity, "demo") == 0 &&
        attempt->answer->length == 6 && memcmp(attempt->answer->data, "123456", 6) == 0)
        ret_outcome->judgement = CS_JUDGED_RIGHT;
    return CS_OK;
}

static enum cs_err cancel(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge *challenge, struct cs_error *error)
{
    (void)provider;
    (void)user;
    (void)error;
    REQUIRE(call->cancel_fd == -1 && call->deadline > cs_clock_ms());
    REQUIRE(factor->kind == CS_FACTOR_U2F ? challenge->request != NULL
                                          : strcmp(challenge->id, "5") == 0);
    return CS_OK;
}

/* Vouches for nobody, so an account check never ends in PAM_SUCCESS. */
static enum cs_err account(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user, struct cs_standing *ret_standing,
                           struct cs_error *error)
{
    (void)provider;
    (void)error;
    REQUIRE(user->found && call->deadline > 0);
    *ret_standing = (struct cs_standing){.may_log_in = true, .abstains = true};
    return CS_OK;
}

static unsigned kinds(const struct cs_provider *provider)
{
    (void)provider;
    return ~0U;
}

enum cs_err cs_engine_provider(struct cs_engine *engine, const struct cs_options *options,
                               struct cs_provider **ret_provider, struct cs_error *error)
{
    static const struct cs_provider_ops ops = {.name = "fuzz",
                                               .kinds = kinds,
                                               .judges_unlisted = true,
                                               .one_pending = ~0U,
                                               .find_user = find_user,
                                               .list_factors = list_factors,
                                               .begin = begin,
                                               .judge = judge,
                                               .poll = poll_approval,
                                               .cancel = cancel,
                                               .account = account};
    static struct cs_provider provider = {&ops};

    (void)engine;
    (void)options;
    (void)error;
    *ret_provider = &provider;
    return CS_OK;
}

/* There is no folder for locks here. */
enum cs_err cs_pending_lock_take(const char *folder, const char *provider, const char *identity,
                                 const struct cs_call *call, struct cs_pending_lock *ret_lock,
                                 struct cs_error *error)
{
    (void)folder;
    (void)provider;
    (void)identity;
    (void)call;
    (void)error;
    ret_lock->held = true;
    return CS_OK;
}

void cs_pending_lock_give(struct cs_pending_lock *lock, unsigned rest_ms)
{
    (void)rest_ms;
    lock->held = false;
}

void cs_engine_release(struct cs_engine *engine, struct cs_provider **provider)
{
    (void)engine;
    *provider = NULL;
}

struct cs_mailer *cs_engine_mailer(struct cs_engine *engine)
{
    (void)engine;
    return NULL;
}

struct cs_search {
    struct cs_account account;
};

struct cs_directory *cs_engine_directory(struct cs_engine *engine)
{
    (void)engine;
    return NULL;
}

enum cs_err cs_directory_search_of(struct cs_directory *directory, uid_t uid,
                                   struct cs_search **ret_search, struct cs_error *error)
{
    return cs_directory_search(directory, uid == 1000 ? "demo" : "", ret_search, error);
}

enum cs_err cs_directory_search(struct cs_directory *directory, const char *user,
                                struct cs_search **ret_search, struct cs_error *error)
{
    struct cs_search *search = calloc(1, sizeof *search);

    (void)directory;
    (void)error;
    REQUIRE(search != NULL);
    search->account = (struct cs_account){.uid = (uid_t)-1, .gid = (gid_t)-1};
    if (strcmp(user, "demo") == 0 || strcmp(user, "root") == 0) {
        (void)snprintf(search->account.name, sizeof search->account.name, "%s", user);
        search->account.known = true;
        search->account.uid = strcmp(user, "demo") == 0 ? 1000 : 0;
    }
    *ret_search = search;
    return CS_OK;
}

enum cs_err cs_search_wait(struct cs_search *search, const struct cs_patience *patience,
                           struct cs_account *ret_account, struct cs_error *error)
{
    (void)patience;
    (void)error;
    *ret_account = search->account;
    return CS_OK;
}

void cs_search_release(struct cs_search **search)
{
    free(*search);
    *search = NULL;
}

/* Nobody is a member of anything. */
struct cs_memberships cs_memberships_find(struct cs_directory *directory,
                                          const struct cs_account *account,
                                          const struct cs_policy_groups *groups,
                                          const struct cs_patience *patience)
{
    (void)directory;
    (void)account;
    (void)groups;
    (void)patience;
    return (struct cs_memberships){0};
}

enum cs_err cs_account_identity(const struct cs_account *account, const struct cs_mapping *mapping,
                                char ret_identity[CS_IDENTITY_SIZE], struct cs_map_trace *ret_trace,
                                struct cs_error *error)
{
    const struct cs_map_account from = {
        .name = account->name, .gecos = account->gecos, .local_files = true};

    return cs_map_identity(mapping, &from, ret_identity, ret_trace, error);
}

static void drop_line(void *context, int priority, const char *line)
{
    (void)context;
    (void)priority;
    for (; *line != '\0'; line++)
        REQUIRE((unsigned char)*line >= 0x20 && *line != 0x7f);
}

static void send_packets(int socket, const uint8_t *data, size_t size, bool attach)
{
    while (size >= 2) {
        size_t length = (size_t)(data[0] << 8 | data[1]);
        struct cs_secret packet = {0};

        data += 2;
        size -= 2;
        length = length < size ? length : size;
        REQUIRE(cs_secret_set(&packet, data, length) == CS_OK);
        if (cs_send_packet(socket, &packet, attach ? socket : -1, 0, NULL) != CS_OK)
            size = length; /* the socket is full: enough */
        cs_secret_free(&packet);
        attach = false;
        data += length;
        size -= length;
    }
    (void)shutdown(socket, SHUT_WR);
}

/* Everything that the broker sent must be well formed. `may_pass`: the input contains name and
 * code. */
static void read_replies(int socket, bool may_pass)
{
    uint32_t version = 1;

    for (;;) {
        CS_AUTO(cs_secret_free) struct cs_secret packet = {0};
        CS_AUTO(cs_round_clear) struct cs_round round = {0};
        CS_AUTO(cs_verdict_message_clear) struct cs_verdict_message verdict = {0};
        struct cs_welcome welcome = {0};
        struct cs_accepted accepted = {0};

        if (cs_recv_packet(socket, cs_clock_ms() + 1000, &packet, NULL, NULL) != CS_OK)
            return;
        switch (cs_packet_type(&packet)) {
        case CS_MSG_WELCOME:
            REQUIRE(cs_decode(&packet, CS_MSG_WELCOME, 1, &welcome, NULL) == CS_OK);
            version = welcome.version;
            break;
        case CS_MSG_ACCEPTED:
            REQUIRE(cs_decode(&packet, CS_MSG_ACCEPTED, version, &accepted, NULL) == CS_OK);
            break;
        case CS_MSG_ROUND:
            REQUIRE(cs_decode(&packet, CS_MSG_ROUND, version, &round, NULL) == CS_OK);
            REQUIRE(round.count == 1 || round.instruction != NULL);
            break;
        case CS_MSG_AUTHTOK_ASK:
            break;
        default:
            REQUIRE(cs_decode(&packet, CS_MSG_VERDICT, version, &verdict, NULL) == CS_OK);
            if (verdict.pam_code == PAM_SUCCESS)
                REQUIRE(may_pass);
        }
    }
}

static bool has(const uint8_t *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cs_peer peers[] = {
        {0}, {.uid = 1000}, {.uid = 1001, .service_account = true}, {0}};
    static const struct cs_log log = {drop_line, NULL, true};
    int ends[2];

    if (size == 0)
        return 0;
    fuzz_log = &log;
    fuzz_deliveries = 0;
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    send_packets(ends[0], data + 1, size - 1, (data[0] & 4) != 0);
    cs_session_serve(NULL, NULL, ends[1], &peers[data[0] & 3]);
    cs_fd_close(&ends[1]);
    /* accept_on_missing_auth_method and enrol_by let a user in if the input itself sets them. */
    read_replies(ends[0], has(data, size, "123456") || has(data, size, "accept") ||
                              has(data, size, "enrol") || has(data, size, "group"));
    cs_fd_close(&ends[0]);
    return 0;
}
