// The provider of OpenSSL's algorithms, with those alone that TLS, certificates and keys are met with today; what
// writes keys is left out too. OpenSSL's own names all of its algorithms, which is half a megabyte. provider-base(7).
#include "CFootprint.h"
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/bio.h>
#include <stddef.h>

#define TABLE(name) extern const OSSL_DISPATCH ossl_##name##_functions[]
#define PROPERTIES "provider=default"

TABLE(sha1); TABLE(sha224); TABLE(sha256); TABLE(sha384); TABLE(sha512); TABLE(md5); TABLE(md5_sha1);
static const OSSL_ALGORITHM digests[] = {
  {"SHA1:SHA-1:SSL3-SHA1:1.3.14.3.2.26", PROPERTIES, ossl_sha1_functions, NULL},
  {"SHA2-224:SHA-224:SHA224:2.16.840.1.101.3.4.2.4", PROPERTIES, ossl_sha224_functions, NULL},
  {"SHA2-256:SHA-256:SHA256:2.16.840.1.101.3.4.2.1", PROPERTIES, ossl_sha256_functions, NULL},
  {"SHA2-384:SHA-384:SHA384:2.16.840.1.101.3.4.2.2", PROPERTIES, ossl_sha384_functions, NULL},
  {"SHA2-512:SHA-512:SHA512:2.16.840.1.101.3.4.2.3", PROPERTIES, ossl_sha512_functions, NULL},
  {"MD5:SSL3-MD5:1.2.840.113549.2.5", PROPERTIES, ossl_md5_functions, NULL},
  {"MD5-SHA1", PROPERTIES, ossl_md5_sha1_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(aes256ecb); TABLE(aes256cbc); TABLE(aes192cbc); TABLE(aes128cbc); TABLE(aes256ctr); TABLE(aes256gcm); TABLE(aes128gcm);
TABLE(chacha20_ossl_poly1305);
static const OSSL_ALGORITHM ciphers[] = {
  {"AES-256-ECB:2.16.840.1.101.3.4.1.41", PROPERTIES, ossl_aes256ecb_functions, NULL},
  {"AES-256-CBC:AES256:2.16.840.1.101.3.4.1.42", PROPERTIES, ossl_aes256cbc_functions, NULL},
  {"AES-192-CBC:AES192:2.16.840.1.101.3.4.1.22", PROPERTIES, ossl_aes192cbc_functions, NULL},
  {"AES-128-CBC:AES128:2.16.840.1.101.3.4.1.2", PROPERTIES, ossl_aes128cbc_functions, NULL},
  {"AES-256-CTR", PROPERTIES, ossl_aes256ctr_functions, NULL},
  {"AES-256-GCM:id-aes256-GCM:2.16.840.1.101.3.4.1.46", PROPERTIES, ossl_aes256gcm_functions, NULL},
  {"AES-128-GCM:id-aes128-GCM:2.16.840.1.101.3.4.1.6", PROPERTIES, ossl_aes128gcm_functions, NULL},
  {"ChaCha20-Poly1305", PROPERTIES, ossl_chacha20_ossl_poly1305_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(hmac);
static const OSSL_ALGORITHM macs[] = {{"HMAC", PROPERTIES, ossl_hmac_functions, NULL}, {NULL, NULL, NULL, NULL}};

TABLE(kdf_tls1_3_kdf); TABLE(kdf_hkdf); TABLE(kdf_tls1_prf); TABLE(kdf_pbkdf2);
static const OSSL_ALGORITHM kdfs[] = {
  {"HKDF", PROPERTIES, ossl_kdf_hkdf_functions, NULL},
  {"TLS13-KDF", PROPERTIES, ossl_kdf_tls1_3_kdf_functions, NULL},
  {"TLS1-PRF", PROPERTIES, ossl_kdf_tls1_prf_functions, NULL},
  {"PBKDF2:1.2.840.113549.1.5.12", PROPERTIES, ossl_kdf_pbkdf2_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(drbg_ctr); TABLE(seed_src);
static const OSSL_ALGORITHM rands[] = {
  {"CTR-DRBG", PROPERTIES, ossl_drbg_ctr_functions, NULL},
  {"SEED-SRC", PROPERTIES, ossl_seed_src_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(rsa_keymgmt); TABLE(rsapss_keymgmt); TABLE(ec_keymgmt); TABLE(x25519_keymgmt); TABLE(ed25519_keymgmt); TABLE(dh_keymgmt); TABLE(mac_legacy_keymgmt);
static const OSSL_ALGORITHM keys[] = {
  {"DH:dhKeyAgreement:1.2.840.113549.1.3.1", PROPERTIES, ossl_dh_keymgmt_functions, NULL},
  {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, ossl_rsa_keymgmt_functions, NULL},
  {"RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", PROPERTIES, ossl_rsapss_keymgmt_functions, NULL},
  {"EC:id-ecPublicKey:1.2.840.10045.2.1", PROPERTIES, ossl_ec_keymgmt_functions, NULL},
  {"X25519:1.3.101.110", PROPERTIES, ossl_x25519_keymgmt_functions, NULL},
  {"ED25519:1.3.101.112", PROPERTIES, ossl_ed25519_keymgmt_functions, NULL},
  {"HMAC", PROPERTIES, ossl_mac_legacy_keymgmt_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(dh_keyexch); TABLE(ecdh_keyexch); TABLE(x25519_keyexch);
static const OSSL_ALGORITHM exchanges[] = {
  {"DH:dhKeyAgreement:1.2.840.113549.1.3.1", PROPERTIES, ossl_dh_keyexch_functions, NULL},
  {"ECDH", PROPERTIES, ossl_ecdh_keyexch_functions, NULL},
  {"X25519:1.3.101.110", PROPERTIES, ossl_x25519_keyexch_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(rsa_signature); TABLE(ecdsa_signature); TABLE(ed25519_signature); TABLE(mac_legacy_hmac_signature);
static const OSSL_ALGORITHM signatures[] = {
  {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, ossl_rsa_signature_functions, NULL},
  {"ED25519:1.3.101.112", PROPERTIES, ossl_ed25519_signature_functions, NULL},
  {"ECDSA", PROPERTIES, ossl_ecdsa_signature_functions, NULL},
  {"HMAC", PROPERTIES, ossl_mac_legacy_hmac_signature_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(rsa_asym_cipher);
static const OSSL_ALGORITHM asymmetric[] = {
  {"RSA:rsaEncryption:1.2.840.113549.1.1.1", PROPERTIES, ossl_rsa_asym_cipher_functions, NULL}, {NULL, NULL, NULL, NULL}};

TABLE(SubjectPublicKeyInfo_der_to_rsa_decoder); TABLE(SubjectPublicKeyInfo_der_to_rsapss_decoder); TABLE(SubjectPublicKeyInfo_der_to_ec_decoder);
TABLE(SubjectPublicKeyInfo_der_to_ed25519_decoder); TABLE(SubjectPublicKeyInfo_der_to_x25519_decoder);
TABLE(PrivateKeyInfo_der_to_rsa_decoder); TABLE(PrivateKeyInfo_der_to_rsapss_decoder); TABLE(PrivateKeyInfo_der_to_ec_decoder);
TABLE(PrivateKeyInfo_der_to_ed25519_decoder); TABLE(PrivateKeyInfo_der_to_x25519_decoder);
TABLE(type_specific_keypair_der_to_rsa_decoder); TABLE(type_specific_no_pub_der_to_ec_decoder);
TABLE(EncryptedPrivateKeyInfo_der_to_der_decoder); TABLE(pem_to_der_decoder); TABLE(SubjectPublicKeyInfo_der_to_der_decoder);
#define READS(names, structure, table) {names, PROPERTIES ",input=der,structure=" structure, ossl_##table##_decoder_functions, NULL}
static const OSSL_ALGORITHM decoders[] = {
  READS("RSA:rsaEncryption:1.2.840.113549.1.1.1", "SubjectPublicKeyInfo", SubjectPublicKeyInfo_der_to_rsa),
  READS("RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", "SubjectPublicKeyInfo", SubjectPublicKeyInfo_der_to_rsapss),
  READS("EC:id-ecPublicKey:1.2.840.10045.2.1", "SubjectPublicKeyInfo", SubjectPublicKeyInfo_der_to_ec),
  READS("ED25519:1.3.101.112", "SubjectPublicKeyInfo", SubjectPublicKeyInfo_der_to_ed25519),
  READS("X25519:1.3.101.110", "SubjectPublicKeyInfo", SubjectPublicKeyInfo_der_to_x25519),
  READS("RSA:rsaEncryption:1.2.840.113549.1.1.1", "PrivateKeyInfo", PrivateKeyInfo_der_to_rsa),
  READS("RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", "PrivateKeyInfo", PrivateKeyInfo_der_to_rsapss),
  READS("EC:id-ecPublicKey:1.2.840.10045.2.1", "PrivateKeyInfo", PrivateKeyInfo_der_to_ec),
  READS("ED25519:1.3.101.112", "PrivateKeyInfo", PrivateKeyInfo_der_to_ed25519),
  READS("X25519:1.3.101.110", "PrivateKeyInfo", PrivateKeyInfo_der_to_x25519),
  READS("RSA:rsaEncryption:1.2.840.113549.1.1.1", "type-specific", type_specific_keypair_der_to_rsa),
  READS("EC:id-ecPublicKey:1.2.840.10045.2.1", "type-specific", type_specific_no_pub_der_to_ec),
  READS("DER", "SubjectPublicKeyInfo", SubjectPublicKeyInfo_der_to_der),
  READS("DER", "EncryptedPrivateKeyInfo", EncryptedPrivateKeyInfo_der_to_der),
  {"DER", PROPERTIES ",input=pem", ossl_pem_to_der_decoder_functions, NULL},
  {NULL, NULL, NULL, NULL}};

TABLE(rsa_to_text_encoder); TABLE(rsapss_to_text_encoder); TABLE(ec_to_text_encoder); TABLE(ed25519_to_text_encoder); TABLE(x25519_to_text_encoder);
#define PRINTS(names, table) {names, PROPERTIES ",output=text", ossl_##table##_to_text_encoder_functions, NULL}
static const OSSL_ALGORITHM encoders[] = {
  PRINTS("RSA:rsaEncryption:1.2.840.113549.1.1.1", rsa), PRINTS("RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", rsapss),
  PRINTS("EC:id-ecPublicKey:1.2.840.10045.2.1", ec), PRINTS("ED25519:1.3.101.112", ed25519), PRINTS("X25519:1.3.101.110", x25519),
  {NULL, NULL, NULL, NULL}};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *may_change) {
  (void)provider;
  *may_change = 0;
  switch (operation) {
    case OSSL_OP_DIGEST: return digests;
    case OSSL_OP_CIPHER: return ciphers;
    case OSSL_OP_MAC: return macs;
    case OSSL_OP_KDF: return kdfs;
    case OSSL_OP_RAND: return rands;
    case OSSL_OP_KEYMGMT: return keys;
    case OSSL_OP_KEYEXCH: return exchanges;
    case OSSL_OP_SIGNATURE: return signatures;
    case OSSL_OP_ASYM_CIPHER: return asymmetric;
    case OSSL_OP_DECODER: return decoders;
    case OSSL_OP_ENCODER: return encoders;
    default: return NULL;
  }
}
extern void *ossl_prov_ctx_new(void);
extern void ossl_prov_ctx_free(void *);
extern void ossl_prov_ctx_set0_libctx(void *, OSSL_LIB_CTX *);
extern void ossl_prov_ctx_set0_handle(void *, const OSSL_CORE_HANDLE *);
extern void ossl_prov_ctx_set0_core_bio_method(void *, BIO_METHOD *);
extern BIO_METHOD *ossl_prov_ctx_get0_core_bio_method(void *);
extern BIO_METHOD *ossl_bio_prov_init_bio_method(void);
extern int ossl_prov_bio_from_dispatch(const OSSL_DISPATCH *);
extern int ossl_prov_seeding_from_dispatch(const OSSL_DISPATCH *);
extern int ossl_prov_get_capabilities(void *, const char *, OSSL_CALLBACK *, void *);

static void teardown(void *provider) {
  BIO_meth_free(ossl_prov_ctx_get0_core_bio_method(provider));
  ossl_prov_ctx_free(provider);
}
static const OSSL_DISPATCH functions[] = {
  {OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown},
  {OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query},
  {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))ossl_prov_get_capabilities},
  {0, NULL}};

int ossl_default_provider_init(
    const OSSL_CORE_HANDLE *, const OSSL_DISPATCH *, const OSSL_DISPATCH **, void **);
int ossl_default_provider_init(
    const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **provider) {
  OSSL_FUNC_core_get_libctx_fn *context = NULL;
  if (!ossl_prov_bio_from_dispatch(in) || !ossl_prov_seeding_from_dispatch(in)) return 0;
  for (; in->function_id; in++)
    if (in->function_id == OSSL_FUNC_CORE_GET_LIBCTX) context = OSSL_FUNC_core_get_libctx(in);
  BIO_METHOD *method = ossl_bio_prov_init_bio_method();
  if (!context || !method || !(*provider = ossl_prov_ctx_new())) return BIO_meth_free(method), 0;
  ossl_prov_ctx_set0_libctx(*provider, (OSSL_LIB_CTX *)context(handle));
  ossl_prov_ctx_set0_handle(*provider, handle);
  ossl_prov_ctx_set0_core_bio_method(*provider, method);
  *out = functions;
  return 1;
}
// The other two that are built in have nothing of use.
int ossl_base_provider_init(void);
int ossl_base_provider_init(void) { return 0; }
int ossl_null_provider_init(void);
int ossl_null_provider_init(void) { return 0; }
