package store

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// A reconnector makes connections to PostgreSQL that the pool replaces when
// they turn out to be broken as a transaction begins, as they are after the
// server restarted: nothing has happened yet, so nobody need hear of it. The
// driver itself only looks after those that were unused for a second.
type reconnector struct{ driver.Connector }

func reconnecting(cfg *pgx.ConnConfig) driver.Connector {
	return reconnector{stdlib.GetConnector(*cfg)}
}

func (r reconnector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return connection{c.(*stdlib.Conn)}, nil
}

type connection struct{ *stdlib.Conn }

// BeginTx returns driver.ErrBadConn, with the reason, for a connection that broke
// before the caller gave up.
func (c connection) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.BeginTx(ctx, opts)
	if err != nil && ctx.Err() == nil && c.Conn.Conn().IsClosed() {
		return nil, fmt.Errorf("%w: %w", driver.ErrBadConn, err)
	}
	return tx, err
}
