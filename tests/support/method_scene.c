/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/method_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/support/fake_clock.h"

static struct method_scene *scene_of_channel(struct cs_channel *channel)
{
    return (struct method_scene *)(void *)((char *)channel - offsetof(struct method_scene, script));
}

/* ---- the login ---- */

static enum cs_err identify(void *context, const char **ret_identity, struct cs_error *error)
{
    struct method_scene *scene = context;

    (void)error;
    scene->known = true;
    *ret_identity =
        scene->identity != NULL && scene->claimed[0] != '\0' ? scene->claimed : scene->identity;
    return CS_OK;
}

static bool claim_identity(void *context, const char *text, size_t length)
{
    struct method_scene *scene = context;

    if (length >= sizeof scene->claimed)
        return false;
    memcpy(scene->claimed, text, length);
    scene->claimed[length] = '\0';
    return true;
}

static bool proven(void *context, bool answered)
{
    struct method_scene *scene = context;

    return scene->key || (scene->key_if_answered && answered) ||
           (scene->key_if_known && (scene->known || answered));
}

static bool may_send(void *context, const struct cs_sending *sending)
{
    struct method_scene *scene = context;

    if (scene->quiet && !(sending->proven && (sending->asked_for || sending->attended)))
        return false;
    return sending->proven || (sending->asked_for ? !scene->flooded : scene->autopush);
}

static void was_refused(void *context)
{
    ((struct method_scene *)context)->refusals++;
}

/* One code at a time is remembered. */
static enum cs_err claim_code(void *context, const struct cs_secret *code, bool *ret_claimed,
                              struct cs_error *error)
{
    struct method_scene *scene = context;

    *ret_claimed = scene->accepted == NULL || strcmp(scene->accepted, code->data) != 0;
    scene->claims += *ret_claimed;
    return scene->claim_result == CS_OK ? CS_OK
                                        : cs_fail(error, scene->claim_result, "nothing is kept");
}

static void settle_code(void *context, const struct cs_secret *code, bool accepted)
{
    struct method_scene *scene = context;

    (void)code;
    scene->claims--;
    scene->kept += accepted;
}

static unsigned days_to_enrol(void *context, int64_t now)
{
    struct method_scene *scene = context;

    scene->asked_time = now;
    return scene->days;
}

static int64_t pace(void *context, enum cs_pace_of of, int64_t elapsed)
{
    struct method_scene *scene = context;

    scene->paced = of;
    if (scene->longest < elapsed)
        scene->longest = elapsed;
    return scene->slow ? scene->longest : elapsed;
}

static enum cs_err take_turn(void *context, struct cs_error *error)
{
    struct method_scene *scene = context;

    cs_buffer_text(&scene->calls, " take-turn");
    return scene->turn_result == CS_OK ? CS_OK
                                       : cs_fail(error, scene->turn_result, "there is no turn");
}

static void give_turn(void *context, unsigned rest_ms)
{
    struct method_scene *scene = context;

    cs_buffer_text(&scene->calls, " give-turn");
    scene->rest_ms = rest_ms;
}

static uint32_t *judging(void *context)
{
    (void)context;
    return NULL;
}

static void judged(void *context, const struct cs_method_result *result)
{
    (void)context;
    (void)result;
}

static void changed(void *context, enum cs_change change)
{
    struct method_scene *scene = context;

    cs_buffer_printf(&scene->calls, " changed:%d", (int)change);
}

static const struct cs_method_calls method_calls = {.identify = identify,
                                                    .claim_identity = claim_identity,
                                                    .proven = proven,
                                                    .may_send = may_send,
                                                    .changed = changed,
                                                    .was_refused = was_refused,
                                                    .claim_code = claim_code,
                                                    .settle_code = settle_code,
                                                    .judging = judging,
                                                    .judged = judged,
                                                    .days_to_enrol = days_to_enrol,
                                                    .pace = pace,
                                                    .take_turn = take_turn,
                                                    .give_turn = give_turn};

/* ---- the conversation ---- */

static enum cs_err exchange(struct cs_channel *channel, const struct cs_round *round,
                            struct cs_answers *ret_answers, struct cs_error *error)
{
    struct method_scene *scene = scene_of_channel(channel);
    struct cs_script_channel script;
    enum cs_err result;

    if (round->count > 0)
        cs_buffer_text(&scene->calls, " ask");
    cs_script_channel_init(&script);
    result = script.channel.ops->exchange(channel, round, ret_answers, error);
    cs_script_channel_clear(&script);
    return result;
}

static enum cs_err wait(struct cs_channel *channel, int64_t until, struct cs_error *error)
{
    struct method_scene *scene = scene_of_channel(channel);

    (void)error;
    scene->script.waits++;
    scene->waited_until = until;
    fake_clock_pass(until);
    return CS_OK;
}

static void keep_line(void *context, int priority, const char *line)
{
    cs_buffer_printf(context, "%d %s\n", priority, line);
}

struct method_scene *method_scene_new(void)
{
    struct method_scene *scene = calloc(1, sizeof *scene);

    if (scene == NULL)
        return NULL;
    cs_script_channel_init(&scene->script);
    scene->channel_ops = *scene->script.channel.ops;
    scene->channel_ops.exchange = exchange;
    scene->channel_ops.wait = wait;
    scene->script.channel.ops = &scene->channel_ops;
    scene->ops = method_scene_ops;
    scene->provider.ops = &scene->ops;
    scene->log = (struct cs_log){keep_line, &scene->lines, true};
    scene->identity = "demo";
    scene->settings.right_code = "123456";
    scene->kinds = CS_KIND(CS_FACTOR_KINDS) - 1;
    scene->options = (struct cs_method_options){
        .password_separator = ":", .retry = 2, .poll_timeout = 60, .otp_echo = true};
    cs_catalogue_english(&scene->english);
    scene->book.catalogue = &scene->english;
    scene->given = (struct cs_method_given){.options = &scene->options,
                                            .channel = &scene->script.channel,
                                            .provider = &scene->provider,
                                            .log = &scene->log,
                                            .call = {.deadline = cs_clock_ms() + 110 * 1000,
                                                     .cancel_fd = -1,
                                                     .settings = &scene->settings},
                                            .book = &scene->book,
                                            .wait_mode = CS_WAIT_SILENT,
                                            .host = "host.example.com",
                                            .service = "sshd",
                                            .address = "192.0.2.1",
                                            .client = "192.0.2.1",
                                            .stranger = " 7"};
    scene->login =
        (struct cs_method_login){.given = &scene->given, .calls = &method_calls, .context = scene};
    return scene;
}

void method_scene_free(struct method_scene *scene)
{
    cs_method_login_clear(&scene->login);
    cs_script_channel_clear(&scene->script);
    cs_buffer_free(&scene->calls);
    cs_buffer_free(&scene->judged);
    cs_buffer_free(&scene->lines);
    cs_buffer_free(&scene->message);
    cs_buffer_free(&scene->user_codes);
    free(scene);
}

void method_scene_add(struct method_scene *scene, enum cs_factor_kind kind, const char *id,
                      const char *name)
{
    struct cs_listed_factor *factor = &scene->factors[scene->factors_count++];

    factor->kind = kind;
    (void)snprintf(factor->id, sizeof factor->id, "%s", id);
    (void)snprintf(factor->name, sizeof factor->name, "%s", name);
}

const char *method_scene_calls(const struct method_scene *scene)
{
    return scene->calls.length > 0 ? scene->calls.text + 1 : "";
}
