/* SPDX-License-Identifier: Apache-2.0 */
/* The provider of a scene. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/method_scene.h"

/* Short words for some kinds; of the others the name of their method. */
static const char *word_of(enum cs_factor_kind kind)
{
    static const char *const words[CS_FACTOR_KINDS] = {[CS_FACTOR_PASSWORD] = "password",
                                                       [CS_FACTOR_SMSOTP] = "sms",
                                                       [CS_FACTOR_EMAILOTP] = "email",
                                                       [CS_FACTOR_VOICEOTP] = "voice",
                                                       [CS_FACTOR_TRANS_EMAILOTP] = "trans-email",
                                                       [CS_FACTOR_TRANS_SMSOTP] = "trans-sms"};

    return words[kind] != NULL ? words[kind] : cs_method_of(kind)->name;
}

static struct method_scene *scene_of(struct cs_provider *provider)
{
    return (struct method_scene *)(void *)((char *)provider -
                                           offsetof(struct method_scene, provider));
}

/* Every slot that has a call gets the login's settings with it, and nothing else that is the
 * provider's alone. */
static const struct method_scene_settings *settings_of(const struct method_scene *scene,
                                                       const struct cs_call *call)
{
    if (call->settings != &scene->settings)
        abort();
    return call->settings;
}

/* A challenge that was released is not used any more. */
static void assert_held(const struct method_scene *scene, const struct cs_challenge *challenge)
{
    if (challenge->state != &scene->held || scene->held == 0)
        abort();
}

static enum cs_err find_user(struct cs_provider *provider, const struct cs_call *call,
                             const char *identity, struct cs_provider_user *ret_user,
                             struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)settings_of(scene, call);
    cs_buffer_printf(&scene->calls, " find:%s", identity);
    if (scene->away)
        return cs_fail(error, CS_ERR_UNREACHABLE, "find gets no answer");
    if (scene->find_result != CS_OK)
        return cs_fail(error, scene->find_result, "find is broken");
    ret_user->found = scene->missing == CS_REASON_NONE;
    ret_user->reason = scene->missing;
    (void)snprintf(ret_user->id, sizeof ret_user->id, "id-of-%s", identity);
    return CS_OK;
}

static enum cs_err list_factors(struct cs_provider *provider, const struct cs_call *call,
                                const struct cs_provider_user *user,
                                const struct cs_listing *listing,
                                struct cs_listed_factors *ret_factors, struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);
    const char *before = "";
    enum cs_err result = CS_OK;

    (void)settings_of(scene, call);
    cs_buffer_printf(&scene->calls, "%s", user->found ? " list:" : " list-of-nobody:");
    for (unsigned kind = 0; kind < CS_FACTOR_KINDS; kind++) {
        if ((listing->kinds & CS_KIND(kind)) == 0)
            continue;
        cs_buffer_printf(&scene->calls, "%s%s", before, word_of(kind));
        before = "+";
    }
    scene->listing = *listing;
    ret_factors->withheld = scene->withheld;
    if (scene->list_result != CS_OK)
        return cs_fail(error, scene->list_result, "list is broken");
    for (size_t i = 0; i < scene->factors_count && result == CS_OK; i++) {
        if ((listing->kinds & CS_KIND(scene->factors[i].kind)) != 0)
            result = cs_listed_factors_add(ret_factors, &scene->factors[i], error);
    }
    return result;
}

/* The state of a challenge is that it is counted while it lives. */
static void release(void *state)
{
    --*(unsigned *)state;
}

static void describe(const struct method_scene *scene, const char *id,
                     struct cs_challenge *challenge)
{
    const struct {
        char *text;
        size_t size;
        const char *value;
    } texts[] = {
        {challenge->id, sizeof challenge->id, id},
        {challenge->correlation, sizeof challenge->correlation, scene->correlation},
        {challenge->url, sizeof challenge->url, scene->url},
        {challenge->code, sizeof challenge->code, scene->code},
        {challenge->scan, sizeof challenge->scan, scene->scan},
        {challenge->origin, sizeof challenge->origin, scene->origin},
    };

    for (size_t i = 0; i < CS_ARRAY_SIZE(texts); i++)
        (void)snprintf(texts[i].text, texts[i].size, "%s", texts[i].value ? texts[i].value : "");
    challenge->compares = scene->compares;
    challenge->poll_ms = scene->poll_ms;
    challenge->rest_ms = scene->rests_ms;
    challenge->over = scene->over_before;
    challenge->request = scene->line ? strdup(scene->line) : NULL;
    challenge->verifies = scene->verifies;
}

/* Whether the request carries what it needs. */
static bool has_user_code(struct method_scene *scene, const struct cs_secret *given)
{
    cs_buffer_printf(&scene->user_codes, "%s\n", given != NULL ? given->data : "-");
    return scene->user_code == NULL ||
           (given != NULL && strcmp(given->data, scene->user_code) == 0);
}

static enum cs_err begin(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                         const struct cs_challenge_request *request,
                         struct cs_challenge *ret_challenge, struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)settings_of(scene, call);
    cs_buffer_printf(&scene->calls, "%s%s=%s",
                     user->found ? " begin:" : " begin-for-nobody:", word_of(factor->kind),
                     factor->id);
    cs_buffer_free(&scene->message);
    cs_buffer_text(&scene->message, request->message);
    scene->seconds = request->seconds;
    scene->room = request->room;
    scene->more_room = request->more_room;
    if (request->more_room > 0 && request->skipped + 1 < scene->keys)
        ret_challenge->further = request->skipped + 1;
    ret_challenge->unsent = scene->unsent;
    if (scene->begin_result != CS_OK)
        return cs_fail(error, scene->begin_result, "begin is broken");
    if (!has_user_code(scene, request->user_code)) {
        ret_challenge->wants_user_code = ret_challenge->unsent = true;
        return CS_OK;
    }
    describe(scene, factor->id, ret_challenge);
    ret_challenge->state = &scene->held;
    ret_challenge->free_state = release;
    scene->held++;
    return CS_OK;
}

/* An empty answer of somebody is right where the person approves elsewhere. */
static bool is_right(const struct method_scene_settings *settings, const struct cs_attempt *attempt)
{
    const char *right = attempt->kind == CS_FACTOR_PASSWORD ? "secret" : settings->right_code;

    if (attempt->identity != NULL && attempt->answer->length == 0)
        return settings->approves_elsewhere;
    return (attempt->identity != NULL || settings->lenient) &&
           attempt->answer->length == strlen(right) && strcmp(attempt->answer->data, right) == 0;
}

static enum cs_err judge(struct cs_provider *provider, const struct cs_call *call,
                         const struct cs_attempt *attempt, struct cs_outcome *ret_outcome,
                         struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);
    const struct method_scene_settings *settings = settings_of(scene, call);
    static const enum cs_reason right[CS_FACTOR_KINDS] = {
        [CS_FACTOR_PASSWORD] = CS_REASON_PASSWORD,
        [CS_FACTOR_TOTP] = CS_REASON_TOTP,
        [CS_FACTOR_SMSOTP] = CS_REASON_SMSOTP,
        [CS_FACTOR_EMAILOTP] = CS_REASON_EMAILOTP,
        [CS_FACTOR_VOICEOTP] = CS_REASON_VOICEOTP,
        [CS_FACTOR_TRANS_EMAILOTP] = CS_REASON_EMAILOTP,
        [CS_FACTOR_TRANS_SMSOTP] = CS_REASON_SMSOTP,
        [CS_FACTOR_DEVICE] = CS_REASON_APPROVED,
        [CS_FACTOR_BROWSER] = CS_REASON_APPROVED,
        [CS_FACTOR_U2F] = CS_REASON_U2F};
    bool password = attempt->kind == CS_FACTOR_PASSWORD;

    cs_buffer_printf(&scene->calls, " judge:%s=%s", word_of(attempt->kind), attempt->answer->data);
    cs_buffer_printf(&scene->judged, "%s%s%s\n", attempt->identity ? attempt->identity : "nobody",
                     attempt->countable ? " countable" : "", attempt->proven ? " proven" : "");
    scene->countable = attempt->countable;
    scene->proven = attempt->proven;
    scene->subject = attempt->subject;
    scene->user = attempt->identity ? attempt->identity : "";
    if (scene->judge_ms > 0)
        fake_clock_pass(cs_clock_ms() + scene->judge_ms);
    scene->away = scene->judge_result == CS_ERR_UNREACHABLE && !scene->look_ups_answered;
    if (scene->judge_result != CS_OK)
        return cs_fail(error, scene->judge_result, "judge is broken");
    *ret_outcome =
        (struct cs_outcome){.reason = password ? CS_REASON_WRONG_PASSWORD : CS_REASON_WRONG_CODE};
    if (is_right(settings, attempt))
        *ret_outcome = (struct cs_outcome){.judgement = CS_JUDGED_RIGHT,
                                           .reason = scene->recovery ? CS_REASON_RECOVERY_CODE
                                                                     : right[attempt->kind],
                                           .recovery = scene->recovery,
                                           .recovery_left = scene->recovery ? 9 : 0};
    else if (scene->over && !password)
        ret_outcome->judgement = CS_JUDGED_OVER;
    return CS_OK;
}

static void note_gap(struct method_scene *scene)
{
    int64_t now = cs_clock_ms(), gap = now - scene->polled;

    if (scene->polled != 0 && (scene->least_gap == 0 || gap < scene->least_gap))
        scene->least_gap = gap;
    scene->polled = now;
}

static enum cs_err poll(struct cs_provider *provider, const struct cs_call *call,
                        const struct cs_provider_user *user, const struct cs_listed_factor *factor,
                        struct cs_challenge *challenge, struct cs_approval_state *ret_state,
                        struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)settings_of(scene, call);
    (void)user;
    (void)factor;
    assert_held(scene, challenge);
    note_gap(scene);
    if (scene->polls == 0)
        cs_buffer_text(&scene->calls, " poll");
    if (scene->poll_result != CS_OK &&
        (scene->outages == 0 || scene->failed_polls++ < scene->outages))
        return cs_fail(error, scene->poll_result, "poll is broken");
    *ret_state = scene->polls < scene->approvals_count
                     ? scene->approvals[scene->polls]
                     : (struct cs_approval_state){CS_APPROVAL_PENDING, CS_REASON_PENDING};
    scene->polls++;
    if (scene->slow_down_ms > 0)
        challenge->poll_ms = scene->slow_down_ms;
    return CS_OK;
}

static enum cs_err cancel(struct cs_provider *provider, const struct cs_call *call,
                          const struct cs_provider_user *user,
                          const struct cs_listed_factor *factor,
                          const struct cs_challenge *challenge, struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)user;
    (void)settings_of(scene, call);
    assert_held(scene, challenge);
    cs_buffer_printf(&scene->calls, " cancel:%s=%s", word_of(factor->kind), challenge->id);
    scene->cancel_call = *call;
    return scene->cancel_result == CS_OK ? CS_OK
                                         : cs_fail(error, scene->cancel_result, "cancel is broken");
}

static enum cs_err account(struct cs_provider *provider, const struct cs_call *call,
                           const struct cs_provider_user *user, struct cs_standing *ret_standing,
                           struct cs_error *error)
{
    struct method_scene *scene = scene_of(provider);

    (void)settings_of(scene, call);
    cs_buffer_printf(&scene->calls, " account:%s", user->id);
    *ret_standing = scene->standing;
    return scene->account_result == CS_OK
               ? CS_OK
               : cs_fail(error, scene->account_result, "account is broken");
}

static enum cs_err language(struct cs_provider *provider, const char *identity,
                            char ret_language[CS_PROVIDER_LANGUAGE_SIZE], struct cs_error *error)
{
    (void)error;
    cs_buffer_printf(&scene_of(provider)->calls, " language:%s", identity);
    (void)snprintf(ret_language, CS_PROVIDER_LANGUAGE_SIZE, "fr");
    return CS_OK;
}

static enum cs_err shown_time(struct cs_provider *provider, int64_t *ret_time,
                              struct cs_error *error)
{
    const struct method_scene *scene =
        (const struct method_scene *)(const void *)((const char *)provider -
                                                    offsetof(struct method_scene, provider));

    *ret_time = scene->shown_time;
    return scene->shown_result == CS_OK ? CS_OK
                                        : cs_fail(error, scene->shown_result, "there is no store");
}

static unsigned kinds_of(const struct cs_provider *provider)
{
    const struct method_scene *scene =
        (const struct method_scene *)(const void *)((const char *)provider -
                                                    offsetof(struct method_scene, provider));

    return scene->kinds;
}

const struct cs_provider_ops method_scene_ops = {.name = "pretend",
                                                 .remote = true,
                                                 .kinds = kinds_of,
                                                 .find_user = find_user,
                                                 .list_factors = list_factors,
                                                 .begin = begin,
                                                 .judge = judge,
                                                 .poll = poll};

void method_scene_use_every_slot(struct method_scene *scene)
{
    scene->ops.cancel = cancel;
    scene->ops.account = account;
    scene->ops.language = language;
    scene->ops.shown_time = shown_time;
}
