/* SPDX-License-Identifier: Apache-2.0 */
#include "net/libcurl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/strlist.h"

/* Macros of the header, which would take the place of what is defined here. */
#undef curl_easy_getinfo
#undef curl_easy_setopt
#undef curl_multi_setopt
#undef curl_share_setopt

/* ---- what packages depend on ---- */

/* The linker no longer says it: a note does, as tools that make packages read it (the specification
 * "ELF Package Metadata: dlopen" of the UAPI group). */
#define NOTE_OWNER "FDO"
#define NOTE_TEXT                                                                                  \
    "[{\"feature\":\"https\",\"description\":\"Providers with a server\","                         \
    "\"priority\":\"required\",\"soname\":[\"" CS_LIBCURL_SONAME "\"]}]"

static const struct {
    uint32_t owner_size, text_size, type;
    char owner[sizeof NOTE_OWNER];
    _Alignas(uint32_t) char text[sizeof NOTE_TEXT];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
    sizeof NOTE_OWNER, sizeof NOTE_TEXT, 0x407c0c0a, NOTE_OWNER, NOTE_TEXT};

/* ---- loading ---- */

/* OpenSSL's function must be that of the libssl that libcurl itself uses. */
#define FUNCTIONS(X)                                                                               \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_header)                                                                            \
    X(curl_easy_init)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_strerror)                                                                          \
    X(curl_free)                                                                                   \
    X(curl_getdate)                                                                                \
    X(curl_global_cleanup)                                                                         \
    X(curl_global_init_mem)                                                                        \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_cleanup)                                                                          \
    X(curl_multi_info_read)                                                                        \
    X(curl_multi_init)                                                                             \
    X(curl_multi_perform)                                                                          \
    X(curl_multi_poll)                                                                             \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_setopt)                                                                           \
    X(curl_multi_wakeup)                                                                           \
    X(curl_multi_socket_action)                                                                    \
    X(curl_share_cleanup)                                                                          \
    X(curl_share_init)                                                                             \
    X(curl_share_setopt)                                                                           \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)                                                                         \
    X(curl_url)                                                                                    \
    X(curl_url_cleanup)                                                                            \
    X(curl_url_get)                                                                                \
    X(curl_url_set)                                                                                \
    X(SSL_CTX_set_keylog_callback)

#define MEMBER(name) __typeof__(name) *name;
#define ROW(name) {#name, offsetof(struct functions, name)},

struct functions {
    FUNCTIONS(MEMBER)
};

static const struct {
    const char *name;
    size_t offset;
} rows[] = {FUNCTIONS(ROW)};

/* What the linker would keep for the process, kept here: written once, under the lock, before the
 * first use. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool loaded;
static struct functions libcurl;

static enum cs_err find_functions(void *library, struct cs_error *error)
{
    for (size_t i = 0; i < CS_ARRAY_SIZE(rows); i++) {
        void *found = dlsym(library, rows[i].name);

        if (found == NULL)
            return cs_fail(error, CS_ERR_UNAVAILABLE,
                           CS_LIBCURL_SONAME " has no %s; libcurl 7.88 or later with OpenSSL is "
                                             "needed (Debian: libcurl4 or libcurl4t64)",
                           rows[i].name);
        memcpy((char *)&libcurl + rows[i].offset, &found, sizeof found);
    }
    return CS_OK;
}

/* It stays for good (RTLD_NODELETE): OpenSSL's threads and handlers would outlive its code. A
 * failure is most often a missing library or a lack of memory, so the next login tries again. */
static enum cs_err load(struct cs_error *error)
{
    void *library = dlopen(CS_LIBCURL_SONAME, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    const char *why = library == NULL ? dlerror() : NULL;
    enum cs_err result;

    if (library == NULL)
        return cs_fail(error, CS_ERR_UNAVAILABLE,
                       "cannot load libcurl, which requests to a provider's server need: %s; "
                       "install the package that has it (Debian: libcurl4 or libcurl4t64)",
                       why != NULL ? why : CS_LIBCURL_SONAME);
    result = find_functions(library, error);
    (void)dlclose(library);
    return result;
}

enum cs_err cs_libcurl_load(struct cs_error *error)
{
    enum cs_err result = CS_OK;

    pthread_mutex_lock(&lock);
    if (!loaded)
        result = load(error);
    loaded = result == CS_OK;
    pthread_mutex_unlock(&lock);
    return result;
}

/* ---- passing on ---- */

#define PASS(type, name, parameters, arguments)                                                    \
    type name parameters                                                                           \
    {                                                                                              \
        return libcurl.name arguments;                                                             \
    }

#define PASS_VOID(name, parameters, arguments)                                                     \
    void name parameters                                                                           \
    {                                                                                              \
        libcurl.name arguments;                                                                    \
    }

/* The number of an option says which type its value has (curl.h); pointers to functions are passed
 * as other pointers are. */
#define PASS_OPTION(type, name, handle, option_type)                                               \
    type name(handle *owner, option_type option, ...)                                              \
    {                                                                                              \
        long number = (long)option;                                                                \
        type code;                                                                                 \
        va_list value;                                                                             \
                                                                                                   \
        va_start(value, option);                                                                   \
        if (number < CURLOPTTYPE_OBJECTPOINT)                                                      \
            code = libcurl.name(owner, option, va_arg(value, long));                               \
        else if (number < CURLOPTTYPE_OFF_T || number >= CURLOPTTYPE_BLOB)                         \
            code = libcurl.name(owner, option, va_arg(value, void *));                             \
        else                                                                                       \
            code = libcurl.name(owner, option, va_arg(value, curl_off_t));                         \
        va_end(value);                                                                             \
        return code;                                                                               \
    }

PASS_OPTION(CURLcode, curl_easy_setopt, CURL, CURLoption)
PASS_OPTION(CURLMcode, curl_multi_setopt, CURLM, CURLMoption)

/* Of these options, the client uses what to share. */
CURLSHcode curl_share_setopt(CURLSH *share, CURLSHoption option, ...)
{
    CURLSHcode code;
    va_list value;

    va_start(value, option);
    code = libcurl.curl_share_setopt(share, option, va_arg(value, int));
    va_end(value);
    return code;
}

/* Always a pointer to where the answer goes. */
CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    CURLcode code;
    va_list value;

    va_start(value, info);
    code = libcurl.curl_easy_getinfo(easy, info, va_arg(value, void *));
    va_end(value);
    return code;
}

PASS(CURL *, curl_easy_init, (void), ())
PASS_VOID(curl_easy_cleanup, (CURL * easy), (easy))
PASS(CURLHcode, curl_easy_header,
     (CURL * easy, const char *name, size_t index, unsigned origin, int request,
      struct curl_header **found),
     (easy, name, index, origin, request, found))
PASS(const char *, curl_easy_strerror, (CURLcode code), (code))

PASS(CURLM *, curl_multi_init, (void), ())
PASS(CURLMcode, curl_multi_cleanup, (CURLM * multi), (multi))
PASS(CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL *easy), (multi, easy))
PASS(CURLMcode, curl_multi_remove_handle, (CURLM * multi, CURL *easy), (multi, easy))
PASS(CURLMcode, curl_multi_socket_action,
     (CURLM * multi, curl_socket_t socket, int what, int *running), (multi, socket, what, running))
PASS(CURLMcode, curl_multi_perform, (CURLM * multi, int *running), (multi, running))
PASS(CURLMcode, curl_multi_poll,
     (CURLM * multi, struct curl_waitfd fds[], unsigned count, int timeout_ms, int *ready),
     (multi, fds, count, timeout_ms, ready))
PASS(CURLMcode, curl_multi_wakeup, (CURLM * multi), (multi))
PASS(CURLMsg *, curl_multi_info_read, (CURLM * multi, int *left), (multi, left))

PASS(CURLSH *, curl_share_init, (void), ())
PASS(CURLSHcode, curl_share_cleanup, (CURLSH * share), (share))

PASS(CURLU *, curl_url, (void), ())
PASS_VOID(curl_url_cleanup, (CURLU * url), (url))
PASS(CURLUcode, curl_url_set, (CURLU * url, CURLUPart part, const char *text, unsigned flags),
     (url, part, text, flags))
#if LIBCURL_VERSION_NUM >= 0x080000
PASS(CURLUcode, curl_url_get, (const CURLU *url, CURLUPart part, char **text, unsigned flags),
     (url, part, text, flags))
#else
PASS(CURLUcode, curl_url_get, (CURLU * url, CURLUPart part, char **text, unsigned flags),
     (url, part, text, flags))
#endif

PASS(struct curl_slist *, curl_slist_append, (struct curl_slist * list, const char *text),
     (list, text))
PASS_VOID(curl_slist_free_all, (struct curl_slist * list), (list))

PASS(CURLcode, curl_global_init_mem,
     (long flags, curl_malloc_callback allocate, curl_free_callback release,
      curl_realloc_callback resize, curl_strdup_callback copy, curl_calloc_callback clear),
     (flags, allocate, release, resize, copy, clear))
PASS_VOID(curl_global_cleanup, (void), ())
PASS_VOID(curl_free, (void *memory), (memory))
PASS(time_t, curl_getdate, (const char *text, const time_t *unused), (text, unused))
PASS_VOID(SSL_CTX_set_keylog_callback, (SSL_CTX * context, SSL_CTX_keylog_cb_func callback),
          (context, callback))
