// OpenSSL 3.0: libssl and libcrypto. What its headers have as macros, variadic functions or typed stacks.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <openssl/decoder.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

// Nothing is read from files or the environment, and nothing runs at exit.
static inline int cssl_start(void) {
  return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
}

// A socket that answers EPIPE where OpenSSL's own would raise SIGPIPE, and what it saw: the last error and the first
// bytes of the peer, which tell what it speaks where it is not TLS.
typedef struct {
  int descriptor;
  int error;
  unsigned first_count;
  unsigned char first[256];
} cssl_wire;

static inline int cssl_wire_write(BIO *bio, const char *bytes, size_t size, size_t *written) {
  cssl_wire *wire = BIO_get_data(bio);
  ssize_t count = send(wire->descriptor, bytes, size, MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  *written = count > 0 ? (size_t)count : 0;
  if (count > 0) return 1;
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  else wire->error = errno;
  return 0;
}
static inline int cssl_wire_read(BIO *bio, char *bytes, size_t size, size_t *taken) {
  cssl_wire *wire = BIO_get_data(bio);
  ssize_t count = recv(wire->descriptor, bytes, size, 0);
  BIO_clear_retry_flags(bio);
  *taken = count > 0 ? (size_t)count : 0;
  for (ssize_t i = 0; i < count && wire->first_count < sizeof wire->first; i++)
    wire->first[wire->first_count++] = (unsigned char)bytes[i];
  if (count > 0) return 1;
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  else if (errno == EAGAIN || errno == EINTR) BIO_set_retry_read(bio);
  else wire->error = errno;
  return 0;
}
static inline long cssl_wire_control(BIO *bio, int command, long number, void *pointer) {
  (void)number, (void)pointer;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH;
}
static inline BIO_METHOD *cssl_wire_method(void) {
  BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | 0x7F, "socket");
  if (!method) return NULL;
  BIO_meth_set_write_ex(method, cssl_wire_write);
  BIO_meth_set_read_ex(method, cssl_wire_read);
  BIO_meth_set_ctrl(method, cssl_wire_control);
  return method;
}
static inline int cssl_attach(SSL *ssl, BIO_METHOD *method, cssl_wire *wire) {
  BIO *bio = BIO_new(method);
  if (!bio) return 0;
  BIO_set_data(bio, wire);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return 1;
}
static inline const unsigned char *cssl_first_bytes(const cssl_wire *wire) { return wire->first; }
static inline uint64_t cssl_bytes_read(SSL *ssl) { return BIO_number_read(SSL_get_rbio(ssl)); }
static inline uint64_t cssl_bytes_written(SSL *ssl) { return BIO_number_written(SSL_get_wbio(ssl)); }

// Contexts.
static inline void cssl_set_defaults(SSL_CTX *context, size_t buffer) {
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, buffer);
}
static inline int cssl_set_minimum(SSL_CTX *context, int version) { return (int)SSL_CTX_set_min_proto_version(context, version); }
static inline int cssl_set_maximum(SSL_CTX *context, int version) { return (int)SSL_CTX_set_max_proto_version(context, version); }
static inline int cssl_set_groups(SSL_CTX *context, const char *names) { return (int)SSL_CTX_set1_groups_list(context, names); }
static inline int cssl_set_signatures(SSL_CTX *context, const char *names) { return (int)SSL_CTX_set1_sigalgs_list(context, names); }
static inline void cssl_add_extra(SSL_CTX *context, X509 *certificate) {
  if (X509_up_ref(certificate)) SSL_CTX_add_extra_chain_cert(context, certificate);
}
static inline void cssl_forbid_tickets(SSL_CTX *context) { SSL_CTX_set_options(context, SSL_OP_NO_TICKET); }
static inline void cssl_want_staple(SSL *ssl) { SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp); }
static inline long cssl_staple(SSL *ssl, unsigned char **bytes) { return SSL_get_tlsext_status_ocsp_resp(ssl, bytes); }
// What an OCSP response says of one certificate: 0 good, 1 revoked, 2 unknown; -1 where it says nothing of it. Times are
// those of the response, and when the certificate was revoked.
static inline int cssl_staple_status(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer, int *reason, ASN1_GENERALIZEDTIME **revoked,
                                     ASN1_GENERALIZEDTIME **from, ASN1_GENERALIZEDTIME **to) {
  int count = OCSP_resp_count(basic), status = -1;
  for (int i = 0; i < count && i < 64 && status < 0; i++) {
    OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
    OCSP_CERTID *said = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
    ASN1_OBJECT *digest = NULL;
    if (!OCSP_id_get0_info(NULL, &digest, NULL, NULL, said)) continue;
    const EVP_MD *method = EVP_get_digestbyobj(digest);
    OCSP_CERTID *wanted = method ? OCSP_cert_to_id(method, leaf, issuer) : NULL;
    if (wanted && OCSP_id_cmp(said, wanted) == 0) status = OCSP_single_get0_status(single, reason, revoked, from, to);
    OCSP_CERTID_free(wanted);
  }
  return status;
}
static inline int cssl_set_server_name(SSL *ssl, const char *name) { return (int)SSL_set_tlsext_host_name(ssl, name); }

// Sessions.
static inline int cssl_group(SSL *ssl) { return (int)SSL_get_negotiated_group(ssl); }
static inline EVP_PKEY *cssl_peer_key(SSL *ssl) {
  EVP_PKEY *key = NULL;
  return SSL_get_peer_tmp_key(ssl, &key) ? key : NULL;
}
static inline int cssl_compression(SSL *ssl) { return SSL_get_current_compression(ssl) != NULL; }
static inline int cssl_secure_renegotiation(SSL *ssl) { return (int)SSL_get_secure_renegotiation_support(ssl); }

// Stacks.
static inline int cssl_certificate_count(const STACK_OF(X509) *stack) { return stack ? sk_X509_num(stack) : 0; }
static inline X509 *cssl_certificate(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline STACK_OF(X509) *cssl_new_certificates(void) { return sk_X509_new_null(); }
static inline int cssl_push(STACK_OF(X509) *stack, X509 *certificate) { return sk_X509_push(stack, certificate); }
static inline void cssl_free_certificates(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline int cssl_name_count(const STACK_OF(X509_NAME) *stack) { return stack ? sk_X509_NAME_num(stack) : 0; }
static inline X509_NAME *cssl_name(const STACK_OF(X509_NAME) *stack, int index) { return sk_X509_NAME_value(stack, index); }
static inline int cssl_extension_count(const STACK_OF(X509_EXTENSION) *stack) { return stack ? sk_X509_EXTENSION_num(stack) : 0; }
static inline X509_EXTENSION *cssl_extension(const STACK_OF(X509_EXTENSION) *stack, int index) {
  return sk_X509_EXTENSION_value(stack, index);
}
static inline int cssl_text_count(const STACK_OF(OPENSSL_STRING) *stack) { return stack ? sk_OPENSSL_STRING_num(stack) : 0; }
static inline const char *cssl_text(const STACK_OF(OPENSSL_STRING) *stack, int index) { return sk_OPENSSL_STRING_value(stack, index); }

// Memory streams.
static inline long cssl_memory(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }

// A password is never asked for: a key that has one is told about.
static inline int cssl_no_password(char *target, int size, int is_writing, void *password) {
  (void)is_writing;
  if (!password) return -1;
  size_t length = strlen(password);
  if (length > (size_t)size) return -1;
  memcpy(target, password, length);
  return (int)length;
}
// With a password that is known no callback, which the static library would wrap in a user interface that it has not.
static inline EVP_PKEY *cssl_private_key(BIO *bio, const char *password) {
  if (!password) return PEM_read_bio_PrivateKey(bio, NULL, cssl_no_password, NULL);
  EVP_PKEY *key = NULL;
  OSSL_DECODER_CTX *context = OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", NULL, NULL, EVP_PKEY_KEYPAIR, NULL, NULL);
  if (!context) return NULL;
  OSSL_DECODER_CTX_set_passphrase(context, (const unsigned char *)password, strlen(password));
  // One block of the file after the other, until there is a key in it.
  while (!OSSL_DECODER_from_bio(context, bio) && !key && !BIO_eof(bio)) ERR_clear_error();
  OSSL_DECODER_CTX_free(context);
  return key;
}

static inline int cssl_reason(unsigned long code) { return ERR_GET_REASON(code); }
static inline int cssl_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline void cssl_free(void *pointer) { OPENSSL_free(pointer); }
static inline void cssl_set_chain_limit(SSL_CTX *context, long bytes) { SSL_CTX_set_max_cert_list(context, bytes); }

// How names are written.
static inline unsigned long cssl_name_one_line(void) { return XN_FLAG_ONELINE; }
static inline unsigned long cssl_name_rfc2253(void) { return XN_FLAG_RFC2253; }
static inline unsigned long cssl_name_semicolons(void) {
  return (ASN1_STRFLGS_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) | XN_FLAG_SEP_SPLUS_SPC | XN_FLAG_FN_SN;
}
static inline int cssl_peer_signature_digest(SSL *ssl) {
  int identifier = NID_undef;
  return SSL_get_peer_signature_nid(ssl, &identifier) ? identifier : NID_undef;
}

// The flags of name options by the names that openssl-namedisplay-options(1) gives them.
typedef struct {
  const char *name;
  unsigned long flags, cleared;
} cssl_name_option;
static inline const cssl_name_option *cssl_find_name_option(const char *name) {
  static const cssl_name_option options[] = {
    {"compat", XN_FLAG_COMPAT, 0xffffffffUL}, {"esc_2253", ASN1_STRFLGS_ESC_2253, 0}, {"esc_2254", ASN1_STRFLGS_ESC_2254, 0},
    {"esc_ctrl", ASN1_STRFLGS_ESC_CTRL, 0}, {"esc_msb", ASN1_STRFLGS_ESC_MSB, 0}, {"use_quote", ASN1_STRFLGS_ESC_QUOTE, 0},
    {"utf8", ASN1_STRFLGS_UTF8_CONVERT, 0}, {"ignore_type", ASN1_STRFLGS_IGNORE_TYPE, 0},
    {"show_type", ASN1_STRFLGS_SHOW_TYPE, 0}, {"dump_all", ASN1_STRFLGS_DUMP_ALL, 0},
    {"dump_nostr", ASN1_STRFLGS_DUMP_UNKNOWN, 0}, {"dump_der", ASN1_STRFLGS_DUMP_DER, 0},
    {"sep_comma_plus", XN_FLAG_SEP_COMMA_PLUS, XN_FLAG_SEP_MASK},
    {"sep_comma_plus_space", XN_FLAG_SEP_CPLUS_SPC, XN_FLAG_SEP_MASK},
    {"sep_semi_plus_space", XN_FLAG_SEP_SPLUS_SPC, XN_FLAG_SEP_MASK},
    {"sep_multiline", XN_FLAG_SEP_MULTILINE, XN_FLAG_SEP_MASK}, {"dn_rev", XN_FLAG_DN_REV, 0},
    {"nofname", XN_FLAG_FN_NONE, XN_FLAG_FN_MASK}, {"sname", XN_FLAG_FN_SN, XN_FLAG_FN_MASK},
    {"lname", XN_FLAG_FN_LN, XN_FLAG_FN_MASK}, {"oid", XN_FLAG_FN_OID, XN_FLAG_FN_MASK}, {"align", XN_FLAG_FN_ALIGN, 0},
    {"space_eq", XN_FLAG_SPC_EQ, 0}, {"dump_unknown", XN_FLAG_DUMP_UNKNOWN_FIELDS, 0}, {"RFC2253", XN_FLAG_RFC2253, 0xffffffffUL},
    {"oneline", XN_FLAG_ONELINE, 0xffffffffUL}, {"multiline", XN_FLAG_MULTILINE, 0xffffffffUL},
    {"ca_default", XN_FLAG_MULTILINE, 0xffffffffUL}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (!OPENSSL_strcasecmp(options[i].name, name)) return &options[i];
  return NULL;
}
// The flags of what `x509 -certopt` leaves out, by the names of openssl-x509(1).
static inline const cssl_name_option *cssl_find_text_option(const char *name) {
  static const cssl_name_option options[] = {
    {"compatible", X509_FLAG_COMPAT, 0xffffffffUL}, {"no_header", X509_FLAG_NO_HEADER, 0}, {"no_version", X509_FLAG_NO_VERSION, 0},
    {"no_serial", X509_FLAG_NO_SERIAL, 0}, {"no_signame", X509_FLAG_NO_SIGNAME, 0}, {"no_validity", X509_FLAG_NO_VALIDITY, 0},
    {"no_subject", X509_FLAG_NO_SUBJECT, 0}, {"no_issuer", X509_FLAG_NO_ISSUER, 0}, {"no_pubkey", X509_FLAG_NO_PUBKEY, 0},
    {"no_extensions", X509_FLAG_NO_EXTENSIONS, 0}, {"no_sigdump", X509_FLAG_NO_SIGDUMP, 0}, {"no_aux", X509_FLAG_NO_AUX, 0},
    {"no_attributes", X509_FLAG_NO_ATTRIBUTES, 0}, {"ext_default", X509V3_EXT_DEFAULT, X509V3_EXT_UNKNOWN_MASK},
    {"ext_error", X509V3_EXT_ERROR_UNKNOWN, X509V3_EXT_UNKNOWN_MASK},
    {"ext_parse", X509V3_EXT_PARSE_UNKNOWN, X509V3_EXT_UNKNOWN_MASK}, {"ext_dump", X509V3_EXT_DUMP_UNKNOWN, X509V3_EXT_UNKNOWN_MASK}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (!OPENSSL_strcasecmp(options[i].name, name)) return &options[i];
  return NULL;
}

// Prints the extensions whose short or long name is `name` (all for NULL); how many there were.
static inline int cssl_print_extensions(BIO *bio, const STACK_OF(X509_EXTENSION) *all, int identifier) {
  int found = 0;
  STACK_OF(X509_EXTENSION) *chosen = sk_X509_EXTENSION_new_null();
  for (int i = 0; chosen && i < sk_X509_EXTENSION_num(all); i++) {
    X509_EXTENSION *one = sk_X509_EXTENSION_value(all, i);
    if (OBJ_obj2nid(X509_EXTENSION_get_object(one)) == identifier && sk_X509_EXTENSION_push(chosen, one)) found++;
  }
  if (found) X509V3_extensions_print(bio, NULL, chosen, 0, 0);
  sk_X509_EXTENSION_free(chosen);
  return found;
}
static inline void cssl_free_texts(STACK_OF(OPENSSL_STRING) *texts) { X509_email_free(texts); }
static inline int cssl_print_date(BIO *bio, const ASN1_TIME *time, int is_iso) {
  return ASN1_TIME_print_ex(bio, time, is_iso ? ASN1_DTFLGS_ISO8601 : ASN1_DTFLGS_RFC822);
}
static inline EVP_PKEY *cssl_public_key(BIO *bio) { return PEM_read_bio_PUBKEY(bio, NULL, cssl_no_password, NULL); }
static inline unsigned long cssl_name_separator(void) { return XN_FLAG_SEP_CPLUS_SPC; }
static inline unsigned long cssl_name_multiline(void) { return XN_FLAG_SEP_MULTILINE; }
static inline void cssl_keep_tickets(SSL_CTX *context, int (*taken)(SSL *, SSL_SESSION *)) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_sess_set_new_cb(context, taken);
}
static inline size_t cssl_certificate_types(SSL *ssl, const unsigned char **types) { return SSL_get0_certificate_types(ssl, types); }
