-- +goose Up

-- A migration is noted once: who applies it a second time fails, and with it all that it did.
CREATE UNIQUE INDEX goose_db_version_once ON goose_db_version (version_id);

-- Everything an account configures, one row a resource. Times are Unix milliseconds.
CREATE TABLE resources (
	kind    @text  NOT NULL,
	region  @text  NOT NULL,
	account @text  NOT NULL,
	id      @text  NOT NULL,
	status  @text  NOT NULL,
	position BIGINT NOT NULL,
	created BIGINT NOT NULL,
	updated BIGINT NOT NULL,
	doc     @text  NOT NULL,
	PRIMARY KEY (kind, region, account, id)
) @clustered;

CREATE INDEX resources_by_id ON resources (kind, id);

CREATE UNIQUE INDEX resources_one_detector ON resources (region, account) WHERE kind = 'detector';

CREATE TABLE contents (
	kind    @text  NOT NULL,
	region  @text  NOT NULL,
	account @text  NOT NULL,
	id      @text  NOT NULL,
	data    @bytes NOT NULL,
	PRIMARY KEY (kind, region, account, id)
);

CREATE TABLE tags (
	arn   @text NOT NULL,
	name  @text NOT NULL,
	value @text NOT NULL,
	PRIMARY KEY (arn, name)
) @clustered;

CREATE TABLE tokens (
	region  @text  NOT NULL,
	account @text  NOT NULL,
	scope   @text  NOT NULL,
	token   @text  NOT NULL,
	result  @text  NOT NULL,
	created BIGINT NOT NULL,
	PRIMARY KEY (region, account, scope, token)
) @clustered;

-- Secrets are encrypted with a key that is not in the database.
CREATE TABLE access_keys (
	id      @text  NOT NULL PRIMARY KEY,
	account @text  NOT NULL,
	owner   @text  NOT NULL,
	sealed  @bytes,
	master  @text  NOT NULL,
	policy  @text  NOT NULL,
	status  @text  NOT NULL,
	created BIGINT NOT NULL,
	used    BIGINT NOT NULL,
	version BIGINT NOT NULL
);

CREATE TABLE usage_counters (
	region   @text  NOT NULL,
	account  @text  NOT NULL,
	day      BIGINT NOT NULL,
	source   @text  NOT NULL,
	resource @text  NOT NULL,
	records  BIGINT NOT NULL,
	bytes    BIGINT NOT NULL,
	PRIMARY KEY (region, account, day, source, resource)
) @clustered;

-- The inputs whose usage was counted.
CREATE TABLE counted (
	region  @text NOT NULL,
	account @text NOT NULL,
	id      @text NOT NULL,
	PRIMARY KEY (region, account, id)
) @clustered;

-- Findings. The entry is what the index in memory knows of one (package index); change is the change that wrote it.
CREATE TABLE findings (
	seq     @serial,
	id      @text  NOT NULL,
	account @text  NOT NULL,
	region  @text  NOT NULL,
	updated BIGINT NOT NULL,
	change  BIGINT NOT NULL,
	entry   @bytes NOT NULL
);

CREATE UNIQUE INDEX findings_id ON findings (id, account, region);
CREATE INDEX findings_change ON findings (change);
CREATE INDEX findings_account ON findings (region, account);
CREATE INDEX findings_updated ON findings (region, updated);

-- The findings' JSON.
CREATE TABLE finding_docs (
	finding @key,
	doc     @text NOT NULL
);

-- The one row counts the transactions that changed findings. What was deleted up to the floor is forgotten.
CREATE TABLE finding_clock (
	change BIGINT NOT NULL,
	floor  BIGINT NOT NULL
);

INSERT INTO finding_clock (change, floor) VALUES (0, 0);

CREATE TABLE deleted_findings (
	change  BIGINT NOT NULL,
	finding BIGINT NOT NULL,
	PRIMARY KEY (change, finding)
) @clustered;

-- Which issue a finding belongs to and what was counted in it.
CREATE TABLE finding_issues (
	finding    @key,
	issue      @text  NOT NULL,
	suppressed BIGINT NOT NULL,
	counted    @text  NOT NULL
);

CREATE INDEX finding_issues_by_issue ON finding_issues (issue, finding);
