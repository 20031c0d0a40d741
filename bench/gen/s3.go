package main

import (
	"fmt"
	"time"
)

// s3Event is an ordinary S3 data event by one of the account's own identities.
func s3Event(r *rng, a *account, t int64, name, bucket, key string) *ctRec {
	e := apiCall(r, a, t, "s3", name, name[0] == 'G' || name[0] == 'H' || name[0] == 'L')
	e.data = true
	e.tls = fmt.Sprintf(`{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"%s.s3.%s.amazonaws.com"}`, bucket, a.region)
	in, out := 0, r.between(200, 900)
	switch name {
	case "GetObject":
		out = 1 << (8 + r.n(16))
	case "PutObject":
		in = 1 << (8 + r.n(16))
		e.resp = `{"x-amz-server-side-encryption":"AES256"}`
	}
	e.extra = fmt.Sprintf(`{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":%d,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%s=","bytesTransferredOut":%d}`, in, r.str(b64Digits, 75), out)
	if name == "ListObjects" {
		e.req = fmt.Sprintf(`{"list-type":"2","bucketName":"%s","prefix":"%s/","max-keys":"1000","Host":"%s.s3.%s.amazonaws.com"}`, bucket, pick(r, words), bucket, a.region)
		e.resources = fmt.Sprintf(`[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::%s/"},{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, bucket, a.id, bucket)
	} else {
		e.req = fmt.Sprintf(`{"bucketName":"%s","Host":"%s.s3.%s.amazonaws.com","key":"%s"}`, bucket, bucket, a.region, key)
		e.resources = fmt.Sprintf(`[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::%s/%s"},{"accountId":"%s","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::%s"}]`, bucket, key, a.id, bucket)
	}
	return e
}

func s3Key(r *rng, t int64) string {
	return fmt.Sprintf("%s/%s/%s/part-%05d-%s.snappy.parquet", pick(r, words), pick(r, words), time.UnixMilli(t).UTC().Format("year=2006/month=01/day=02"), r.n(400), r.uuid())
}

func s3Background(r *rng, _ *world, a *account, t int64, b []byte) ([]byte, int) {
	name := []string{"GetObject", "GetObject", "GetObject", "GetObject", "PutObject", "PutObject", "HeadObject", "HeadObject", "ListObjects", "DeleteObject"}[r.n(10)]
	e := s3Event(r, a, t, name, pickSkew(r, a.buckets), s3Key(r, t))
	if r.p(0.3) {
		e.vpce = "vpce-0" + b32Of(a.id, 4)
	}
	return e.appendTo(b, r), 1
}
