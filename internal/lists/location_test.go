package lists

import "testing"

// The forms are those of the user guide's page on adding lists.
func TestLocations(t *testing.T) {
	open := Sources{Files: "/srv/lists", HTTPS: true}
	for location, want := range map[string]place{
		"s3://bucket.name/dir/file.txt":                           {bucket: "bucket.name", key: "dir/file.txt"},
		"s3://bucket/a b":                                         {bucket: "bucket", key: "a b"},
		"https://s3.amazonaws.com/bucket.name/file.txt":           {bucket: "bucket.name", key: "file.txt"},
		"https://s3-eu-west-1.amazonaws.com/bucket/file.txt":      {bucket: "bucket", key: "file.txt", region: "eu-west-1"},
		"https://s3.us-gov-west-1.amazonaws.com/bucket/a%20b":     {bucket: "bucket", key: "a b", region: "us-gov-west-1"},
		"http://bucket.s3.amazonaws.com/file.txt":                 {bucket: "bucket", key: "file.txt"},
		"http://bucket.s3-eu-west-1.amazonaws.com/dir/file.txt":   {bucket: "bucket", key: "dir/file.txt", region: "eu-west-1"},
		"https://bucket.name.s3.eu-west-1.amazonaws.com/file.txt": {bucket: "bucket.name", key: "file.txt", region: "eu-west-1"},
		"https://b.s3.dualstack.eu-west-1.amazonaws.com/file.txt": {bucket: "b", key: "file.txt", region: "eu-west-1"},
		"https://bucket.s3.cn-north-1.amazonaws.com.cn/file.txt":  {bucket: "bucket", key: "file.txt", region: "cn-north-1"},
		"HTTPS://Bucket.S3.amazonaws.com/File.txt":                {bucket: "bucket", key: "File.txt"},
		"file:///srv/lists/bad.txt":                               {file: "bad.txt"},
		"file:///srv/lists/a/../b.txt":                            {file: "b.txt"},
		"https://feeds.example/s3.amazonaws.com/bad.txt":          {url: "https://feeds.example/s3.amazonaws.com/bad.txt"},
		"https://s3.amazonaws.com.evil.example/bucket/file.txt":   {url: "https://s3.amazonaws.com.evil.example/bucket/file.txt"},
	} {
		got, err := open.locate(location)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", location, got, err, want)
		}
		onS3 := want.bucket != ""
		if err := (Sources{}).Check(location); onS3 != (err == nil) {
			t.Errorf("%s, when only S3 is allowed: %v", location, err)
		}
	}
	for _, location := range []string{"not-a-location", "", "s3:", "s3:/bucket/key", "s3:bucket/key", "s3://", "s3://bucket", "s3://bucket/", "s3:///key", "s3://bucket/dir/",
		"https://s3.amazonaws.com/bucket", "https://bucket.s3.amazonaws.com/", "https://bucket.s3.amazonaws.com/k?versionId=1",
		"https://u:p@bucket.s3.amazonaws.com/k", "http://feeds.example/bad.txt", "ftp://bucket/key", "https:///x",
		"file:///etc/passwd", "file:///srv/lists", "file:///srv/lists/../secret", "file://host/srv/lists/bad.txt", "s3://b/%zz"} {
		if err := open.Check(location); err == nil {
			t.Errorf("%q is taken", location)
		}
	}
}

func FuzzLocate(f *testing.F) {
	f.Add("s3://bucket/key")
	f.Add("https://bucket.s3-eu-west-1.amazonaws.com/key")
	f.Add("file:///srv/lists/x")
	f.Fuzz(func(t *testing.T, location string) {
		p, err := Sources{Files: "/srv/lists", HTTPS: true}.locate(location)
		kinds := 0
		for _, set := range []bool{p.bucket != "", p.file != "", p.url != ""} {
			if set {
				kinds++
			}
		}
		if err == nil && kinds != 1 || err != nil && kinds != 0 {
			t.Errorf("%q: %+v, %v", location, p, err)
		}
	})
}
